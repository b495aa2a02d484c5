import path from 'node:path'
import type { ReadResult } from '@/lib/formats/results/types'

/** What was read of one file. */
export interface ReadFile {
  name: string
  format: string
  sha256: string
  sizeBytes: number
  results: (ReadResult & { itemsOf?: ReadFile })[]
}

/** The samples' mean is a sum in another order than the harness's. */
const SAME = 1e-9

function samplesKey(file: ReadFile, result: ReadResult): string {
  const task = result.subBenchmark ?? result.benchmark
  return JSON.stringify([path.posix.dirname(file.name), result.date, task, result.metric])
}

/** Items of one evaluation lie in files beside its results: they belong to the numbers there, which must agree with them. */
function joinSamples(files: readonly ReadFile[], failed: string[]): void {
  const numbers = new Map(
    files
      .filter(({ format }) => format === 'lm-eval')
      .flatMap((file) => file.results.map((result) => [samplesKey(file, result), result] as const)),
  )
  for (const file of files.filter(({ format }) => format === 'lm-eval-samples')) {
    const pairs = file.results.map(
      (sample) => [sample, numbers.get(samplesKey(file, sample))] as const,
    )
    const wrong = pairs.find(
      ([sample, number]) =>
        number && Math.abs((number.value ?? NaN) - (sample.value ?? NaN)) > SAME,
    )
    if (wrong) {
      const [sample, number] = wrong
      failed.push(
        `${file.name}, ${sample.metric}: expected the items to give the ${number?.written} of the results file, found ${sample.written} over ${sample.n}. Nothing of this file was imported; keep the lines of one evaluation in it.`,
      )
      file.results = []
      continue
    }
    for (const [sample, number] of pairs) {
      if (!number) continue
      const { items, k, n, isShare } = sample
      Object.assign(number, { items, itemsOf: file, k, n: number.n ?? n })
      if (number.unit === 'fraction' && isShare) number.isShare = true
    }
    file.results = file.results.filter((_, at) => !pairs[at]?.[1])
  }
}

/** The summary repeats the numbers of the folder with fewer digits; only it knows which prompt was used. */
function joinSummaries(files: readonly ReadFile[], notes: string[]): void {
  const keyOf = (result: ReadResult) =>
    JSON.stringify([result.date, result.model, result.benchmark, result.metric])
  const full = new Map(
    files
      .filter(({ format }) => format === 'opencompass')
      .flatMap(({ results }) => results.map((result) => [keyOf(result), result] as const)),
  )
  for (const file of files.filter(({ format }) => format === 'opencompass-summary')) {
    const rest = file.results.filter((row) => {
      const same = full.get(keyOf(row))
      if (same) same.templateHash = row.templateHash
      return !same
    })
    const taken = file.results.length - rest.length
    if (taken > 0) {
      notes.push(
        `${file.name}: ${taken} of ${file.results.length} numbers are in the results folder with all their digits and were read there.`,
      )
    }
    file.results = rest
  }
}

/** Joins what several files say of one number; `failed` and `notes` are added to. */
export function combineFiles(files: readonly ReadFile[], failed: string[], notes: string[]): void {
  joinSamples(files, failed)
  joinSummaries(files, notes)
}
