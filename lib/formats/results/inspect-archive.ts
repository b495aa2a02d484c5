import { AppError } from '@/lib/errors'
import { openZip, type ArchivedFile, type ZipArchive } from '../containers/zip'
import { FormatError } from '../format-error'
import { fieldsAt, unexpected, type FileView } from './fields'
import { decoded, parsedJson } from './json-text'

/** Samples with prompts and replies of the largest benchmarks. */
const MAX_UNPACKED_BYTES = 2 ** 31
/** One file a sample and epoch; MMLU has 14,042 samples. */
const MAX_ENTRIES = 200_000

const HEADER = 'header.json'
const SUMMARIES = 'summaries.json'
const SAMPLE = /^samples\/.+\.json$/

async function jsonOf(
  zip: ZipArchive,
  entry: ArchivedFile,
  file: FileView,
  maxBytes: number,
): Promise<unknown> {
  if (entry.sizeBytes > maxBytes) {
    const expected = `at most ${maxBytes / 2 ** 20} MiB unpacked`
    throw unexpected(file, entry.name, expected, entry.sizeBytes)
  }
  const chunks: Buffer[] = []
  for await (const chunk of zip.unpack(entry)) chunks.push(chunk)
  return parsedJson(file, entry.name, decoded(file, Buffer.concat(chunks)))
}

/** Outcomes are in the summaries; older logs have them in the samples only, of which nothing else is kept. */
async function samplesOf(zip: ZipArchive, file: FileView, maxBytes: number): Promise<unknown[]> {
  const summaries = zip.files.find(({ name }) => name === SUMMARIES)
  if (summaries) {
    const list = await jsonOf(zip, summaries, file, maxBytes)
    if (!Array.isArray(list)) throw unexpected(file, SUMMARIES, 'a list of samples', list)
    return list
  }
  const samples: unknown[] = []
  for (const entry of zip.files.filter(({ name }) => SAMPLE.test(name))) {
    const { id, scores } = fieldsAt(await jsonOf(zip, entry, file, maxBytes), file, entry.name)
    samples.push({ id, scores })
  }
  return samples
}

async function logOf(zip: ZipArchive, file: FileView, maxBytes: number): Promise<unknown> {
  const header = zip.files.find(({ name }) => name === HEADER)
  if (!header) {
    const expected = `${HEADER}, which Inspect writes when the evaluation ends`
    const names = zip.files.map(({ name }) => name).slice(0, 3)
    throw unexpected(file, 'the archive', expected, names.join(', '))
  }
  const whole = fieldsAt(await jsonOf(zip, header, file, maxBytes), file, HEADER)
  return { ...whole, samples: await samplesOf(zip, file, maxBytes) }
}

/**
 * Returns a packed log of Inspect (`.eval`) as its JSON log has it, `maxBytes` of JSON at most in one of its files. Throws
 * `data_error` for an archive that is not sound or packed in a way that is not read, and says how to convert it.
 */
export async function inspectArchive(
  file: FileView & { path: string },
  maxBytes: number,
): Promise<unknown> {
  try {
    const limits = { maxUnpackedBytes: MAX_UNPACKED_BYTES, maxEntries: MAX_ENTRIES }
    const zip = await openZip(file.path, file.name, limits)
    try {
      return await logOf(zip, file, maxBytes)
    } finally {
      zip.close()
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const advice =
      'Nothing of this file was imported; Inspect itself can convert it: inspect log convert --to json.'
    throw new AppError('data_error', `${error.message} ${advice}`, {
      cause: error,
      ...(error.details ? { details: error.details } : {}),
    })
  }
}
