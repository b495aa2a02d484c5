import type { FigureData } from '../types'
import { exampleData, exampleInfo, noise } from './example'
import { exampleResults, exampleRuns } from './example-results'
import { LENGTH } from './outcome'

const MEANS = [
  { id: 'ifd.strict', label: 'IFD', unit: '', base: 0.7, slope: 0.04, spread: 0.1 },
  { id: 'ic_ifd.strict', label: 'IC-IFD', unit: '1/nat', base: 0.3, slope: 0.03, spread: 0.05 },
  {
    id: 'difficulty_score.score',
    label: 'Difficulty score',
    unit: 'points',
    base: 30,
    slope: 16,
    spread: 3,
  },
  { id: 'added_words.words', label: 'Added words', unit: 'words', base: 12, slope: 3, spread: 4 },
  { id: LENGTH, label: 'Instruction words', unit: 'words', base: 24, slope: 7, spread: 5 },
] as const

/** Returns made-up rows of three rounds and two evolvers with results of a student trained on each. Not measurements. */
export function exampleOutcomes(): FigureData {
  const rows = exampleData(
    MEANS.map(({ id, label, unit, base, slope, spread }) => ({
      info: exampleInfo(id, label, { unit }),
      row: (row, out) => {
        out[0] = Math.max(0, base + slope * row.hardness + spread * noise(row))
      },
    })),
  )
  const trained = rows.series.map(({ armKey, round, seedSetKey }, at) => ({
    armKey: armKey ?? 'seeds',
    round,
    seedSets: [seedSetKey],
    student: 'Example-8B',
    gain: 0.05 * round + 0.02 * (at % 3),
  }))
  const { results } = exampleResults(exampleRuns(trained))
  return { ...rows, ...(results ? { results } : {}) }
}
