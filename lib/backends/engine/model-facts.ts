import { createHash } from 'node:crypto'
import { GgufFileType, readGgufFileInfo } from 'node-llama-cpp'
import { AppError, errorMessage } from '@/lib/errors'

/** What the header of a GGUF file says. */
export interface ModelFacts {
  dtype: string
  tokenizerHash: string
  trainedContext: number | null
}

/** Returns the name of a GGUF file type as its users write it, for example `Q4_1`. */
export function dtypeName(fileType: number | undefined): string {
  const name = fileType === undefined ? undefined : GgufFileType[fileType]
  return name ? name.replace(/^(MOSTLY|ALL)_/, '') : 'unknown'
}

/** Reads the header of a GGUF file. Throws `invalid_input` when it is none. */
export async function readModelFacts(file: string): Promise<ModelFacts> {
  try {
    const info = await readGgufFileInfo(file, { readTensorInfo: false, sourceType: 'filesystem' })
    const { metadata } = info
    const architecture = metadata.general.architecture
    const own = (metadata as unknown as Record<string, { context_length?: unknown } | undefined>)[
      architecture
    ]
    // Everything that decides ids, without the chat template, which lies beside it.
    const tokenizer = JSON.stringify(metadata.tokenizer.ggml)
    return {
      dtype: dtypeName(metadata.general.file_type),
      tokenizerHash: createHash('sha256').update(tokenizer).digest('hex'),
      trainedContext: typeof own?.context_length === 'number' ? own.context_length : null,
    }
  } catch (error) {
    throw new AppError(
      'invalid_input',
      `${file} cannot be read as a GGUF model (${errorMessage(error).slice(0, 200)}). Choose another file.`,
      { cause: error },
    )
  }
}
