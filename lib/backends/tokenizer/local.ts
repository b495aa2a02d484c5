import { createHash } from 'node:crypto'
import path from 'node:path'
import { AppError } from '@/lib/errors'
import { readNamed } from '@/lib/files'

// The largest published tokenizer files are about 35 MB.
const NAMED = {
  what: 'The tokenizer file',
  maxBytes: 128 * 1024 * 1024,
  reason: 'tokenizer_file',
}

/** A model's tokenizer from its tokenizer.json, in this process. */
export interface LocalTokenizer {
  /** SHA-256 of the file. */
  hash: string
  encode(text: string, addSpecial: boolean): Int32Array
  /** Returns the text of ids, special tokens included, blanks as they are. */
  decode(ids: Int32Array): string
}

function refuse(file: string, why: string, cause?: unknown): never {
  throw new AppError(
    'invalid_input',
    `${NAMED.what} ${path.basename(file)} cannot be used: ${why}`,
    {
      cause,
      details: { kind: 'config', reason: NAMED.reason, httpStatus: null },
    },
  )
}

async function readJson(file: string): Promise<{ json: object; hash: string }> {
  const bytes = await readNamed(file, NAMED)
  try {
    const json = JSON.parse(bytes.toString('utf8')) as unknown
    if (typeof json === 'object' && json !== null && 'model' in json) {
      return { json, hash: createHash('sha256').update(bytes).digest('hex') }
    }
  } catch {
    // Said below, without the content.
  }
  return refuse(file, 'it is not a tokenizer.json.')
}

/** Returns the tokenizer in a tokenizer.json (a tokenizer_config.json beside it is read as well). Throws `invalid_input`. */
export async function loadTokenizer(file: string): Promise<LocalTokenizer> {
  const { json, hash } = await readJson(file)
  const beside = path.join(path.dirname(file), 'tokenizer_config.json')
  const config = await readJsonIfThere(beside)
  const { PreTrainedTokenizer } = await import('@huggingface/transformers')
  let tokenizer: InstanceType<typeof PreTrainedTokenizer>
  try {
    tokenizer = new PreTrainedTokenizer(json, config)
  } catch (cause) {
    return refuse(file, 'its kind is not known here.', cause)
  }
  return {
    hash,
    encode: (text, addSpecial) =>
      Int32Array.from(tokenizer.encode(text, { add_special_tokens: addSpecial })),
    decode: (ids) =>
      tokenizer.decode(Array.from(ids), {
        skip_special_tokens: false,
        clean_up_tokenization_spaces: false,
      }),
  }
}

async function readJsonIfThere(file: string): Promise<object> {
  try {
    return JSON.parse((await readNamed(file, NAMED)).toString('utf8')) as object
  } catch {
    return {}
  }
}
