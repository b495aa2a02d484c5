import {
  isAttainable,
  unknownModel,
  UNSTATED,
  type ResultModel,
  type StoredResult,
} from '@/lib/contracts/results'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import type { FigureData } from '../types'

const ARMS = [
  { key: 'small-8b', label: 'Small 8B', armClass: 'small', colorIndex: 0 },
  { key: 'large-70b', label: 'Large 70B', armClass: 'large', colorIndex: 1 },
] as const
const LIFT: Readonly<Record<string, number>> = { 'small-8b': 0.07, 'large-70b': 0.04 }
const BENCHMARKS = [
  { benchmark: 'IFEval', metric: 'prompt_level_strict_acc,none', n: 541, base: 0.3 },
  { benchmark: 'GSM8K', metric: 'exact_match,strict-match', n: 1319, base: 0.52 },
  { benchmark: 'HumanEval', metric: 'pass@1,none', n: 164, base: 0.36 },
] as const

/** Returns one result of example data, its value the share k of n. */
export function exampleResult(
  no: number,
  facts: Pick<StoredResult, 'benchmark' | 'metric'> & Partial<StoredResult>,
  mapping: Partial<ResultModel>,
): StoredResult {
  const all = {
    model: ['example', mapping.armKey, mapping.round, mapping.student].filter(Boolean).join('-'),
    subBenchmark: null,
    value: null,
    missing: null,
    unit: 'fraction' as const,
    n: null,
    k: null,
    isShare: true,
    ...UNSTATED,
    harness: 'example',
    harnessVersion: '1',
    fewShot: 0,
    templateHash: 'none',
    place: '',
    ...facts,
  }
  const written = all.value === null ? '' : String(all.value)
  return {
    ...all,
    written,
    no,
    fileId: 'example',
    fileName: 'example.json',
    source: 'example',
    mapping: { ...unknownModel(), ...mapping },
    attainable: isAttainable({ ...all, written }),
    items: 0,
    itemsOf: null,
  }
}

/** Returns made-up results of three benchmarks for each of the models; `gain` grows with what they were trained on. */
export function exampleRuns(
  models: readonly (Partial<ResultModel> & { gain: number })[],
): StoredResult[] {
  return models.flatMap(({ gain, ...mapping }, m) =>
    BENCHMARKS.map(({ base, n, ...facts }, b) => {
      const lift = LIFT[mapping.armKey ?? ''] ?? 0
      const k = Math.round(n * Math.min(0.95, base + gain + lift * (1 - 0.3 * b)))
      return exampleResult(m * BENCHMARKS.length + b + 1, { ...facts, n, k, value: k / n }, mapping)
    }),
  )
}

/** Returns the keys of the two evolvers of the example, with the seeds before them where they are wanted. */
export function exampleArms(withSeeds = false): string[] {
  return [...(withSeeds ? [SEEDS_KEY] : []), ...ARMS.map(({ key }) => key)]
}

/** Returns results in the shape of a study with two evolvers. Not measurements. */
export function exampleResults(
  own: readonly StoredResult[],
  exports: readonly { id: string; name: string; rows: number }[] = [],
): FigureData {
  const seedSets = [{ key: 'alpaca', label: 'Alpaca' }]
  return { series: [], columns: {}, results: { own, arms: ARMS, seedSets, exports } }
}
