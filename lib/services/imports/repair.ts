import type { Opening } from '@/lib/contracts/opening'
import type { FileRepair } from '@/lib/contracts/study'
import { isEncodingError, suggestEncoding } from '@/lib/formats/containers/encoding-guess'
import type { FormatError } from '@/lib/formats/format-error'

/** Returns what the user may decide so that a file with this error can be read, null when nothing helps but another file. */
export async function repairFor(
  error: FormatError,
  file: { path: string; name: string },
  opening: Opening,
): Promise<FileRepair | null> {
  if (isEncodingError(error)) {
    const encoding = await suggestEncoding(file, error.byteOffset ?? 0)
    const isNew = encoding !== null && encoding !== opening.encoding
    return { field: 'encoding', opening: isNew ? { ...opening, encoding } : null }
  }
  if (error.reason === 'wrapped_array' && !opening.unwrap) {
    return { field: 'unwrap', opening: { ...opening, unwrap: true } }
  }
  if (error.reason === 'duplicate_key') {
    return { field: 'duplicateKeys', opening: { ...opening, duplicateKeys: 'last' } }
  }
  if (error.reason === 'lone_surrogate') {
    return { field: 'loneSurrogates', opening: { ...opening, loneSurrogates: 'replace' } }
  }
  return null
}
