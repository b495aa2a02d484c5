import { describe, expect, it } from 'vitest'
import { DiskSpace } from './space'

const MB = 1e6
const withFree = (megabytes: number) => new DiskSpace('/data', 'big.jsonl', () => megabytes * MB)

describe('the disk during an import', () => {
  it('must hold the file twice and a reserve', () => {
    expect(() => withFree(400).require(100 * MB)).not.toThrow()
    expect(() => withFree(250).require(100 * MB)).toThrow(
      /^big\.jsonl: importing it takes about 301 MB and 250 MB are free/,
    )
  })

  it('must hold an upload once and a reserve', () => {
    expect(() => withFree(202).requireUpload(100 * MB)).not.toThrow()
    expect(() => withFree(202).requireUpload(150 * MB)).toThrow(
      /^big\.jsonl: it has 150 MB and 202 MB are free where uploads lie/,
    )
  })

  it('stops the import while it can still be taken back', () => {
    expect(() => withFree(60).check()).not.toThrow()
    expect(() => withFree(40).check()).toThrow(/nearly full.*nothing of the file is stored/)
  })
})
