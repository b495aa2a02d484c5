import type { StoredResult } from '@/lib/contracts/results'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { mean } from '@/lib/stats/summary'
import type { FigureData, FigureSeries, FigureSelection } from '../types'
import { repeatsAmong } from './repeats'
import { armOf, roundLabel, valuesOf } from './series'
import { list, plural } from './text'

/** Rows that models were trained on: cells of one evolver and round. */
export interface TrainedSet {
  key: string
  label: string
  arm: string
  series: FigureSeries[]
  /** Leads to its rows. */
  selection: FigureSelection
  result: StoredResult
  /** Set where another result stands for the set: it is drawn, and in no correlation. */
  repeat?: true
}

/** The sets of a study with a result, and why the other results have none. */
export interface TrainedSets {
  sets: TrainedSet[]
  notes: string[]
}

type Open = 'arm' | 'round' | 'seedSets' | 'export' | 'cells'

// What is to be said on the Results page, or brought into the study, before a result stands for a set of rows.
const OPEN: Readonly<Record<Open, string>> = {
  arm: "it is not said which evolver's data the model was trained on. Say it on the Results page.",
  round: 'it is not said which round the model was trained on. Say it on the Results page.',
  seedSets:
    'it is not said which seed sets the model was trained on, and the study has several. Say it on the Results page.',
  export: 'the model was trained on an export, and means of whole cells say nothing of its rows.',
  cells: 'the study has no rows of that evolver, round and seed set.',
}

function setOf(result: StoredResult, data: FigureData): FigureSeries[] | Open {
  const { armKey, round, seedSets, subsetId } = result.mapping
  if (armKey === null) return 'arm'
  if (subsetId !== null) return 'export'
  const at = armKey === SEEDS_KEY ? 0 : round
  if (at === null) return 'round'
  const all = data.series.filter((series) => armOf(series) === armKey && series.round === at)
  if (seedSets.length === 0) {
    if (all.length > 1) return 'seedSets'
    return all.length === 0 ? 'cells' : all
  }
  const found = all.filter(({ seedSetKey }) => seedSets.includes(seedSetKey))
  // A part of what a model was trained on would have another mean.
  return found.length === new Set(seedSets).size ? found : 'cells'
}

/** Returns the sets of rows that the models of these results were trained on. */
export function trainedSets(
  data: FigureData,
  results: readonly StoredResult[],
  chosen: string,
): TrainedSets {
  const open = new Map<Open, number>()
  const sets = new Map<string, { series: FigureSeries[]; results: StoredResult[] }>()
  for (const result of results) {
    const series = setOf(result, data)
    if (typeof series === 'string') {
      open.set(series, (open.get(series) ?? 0) + 1)
      continue
    }
    const key = JSON.stringify(series.map((one) => one.key))
    const before = sets.get(key)?.results ?? []
    sets.set(key, { series, results: [...before, result] })
  }
  const repeats = repeatsAmong(data.results?.own ?? [], chosen)
  const drawn = [...sets].flatMap(([key, { series, results: several }]): TrainedSet[] => {
    const [first] = series
    if (!first) return []
    const arm = armOf(first)
    const { round, armLabel, armKey } = first
    const names = list(series.map(({ seedSetLabel }) => seedSetLabel))
    const label = [roundLabel(round), armKey === null ? '' : armLabel, names].filter(Boolean)
    const seedSetKey = series.length === 1 ? first.seedSetKey : null
    const selection = { column: null, min: null, max: null, seedSetKey, armKey: arm, round }
    const base = { label: label.join(', '), arm, series, selection }
    return repeats
      .drawn(several)
      .map((result, at) =>
        at === 0
          ? { ...base, key, result }
          : { ...base, key: `${key} ${at}`, result, repeat: true as const },
      )
  })
  return {
    sets: drawn,
    notes: [
      ...[...open].map(([why, n]) => `${plural(n, 'result')} left out: ${OPEN[why]}`),
      ...repeats.notes(),
    ],
  }
}

/** Returns the mean of a column over all rows of a set that have a value; null where none has. */
export function meanOfSet(set: TrainedSet, column: string): number | null {
  const parts = set.series.map((series) => valuesOf(series, column))
  const rows = parts.reduce((sum, { length }) => sum + length, 0)
  if (rows === 0) return null
  return parts.reduce((sum, part) => sum + (part.length ? mean(part) * (part.length / rows) : 0), 0)
}

/** Returns a measure of a set, its mean over draws of equal size; null where it has several cells, or no number yet. */
export function measureOfSet({ series }: TrainedSet, column: string, output: string) {
  const [first, second] = series
  return second ? null : (first?.columns[column]?.record?.values[output]?.mean ?? null)
}
