import { readManifest, type SampleManifest } from '@/lib/services/sample/manifest'

/** Returns how many files and rows the sample has, all or those that are counted. */
export function sampleSize(
  isCounted: (file: SampleManifest['files'][number]) => boolean = () => true,
): { files: number; rows: number } {
  const files = readManifest().files.filter(isCounted)
  return { files: files.length, rows: files.reduce((sum, { rows }) => sum + rows, 0) }
}
