import type { StoredResult } from '@/lib/contracts/results'
import { exampleArms, exampleRuns } from './shared/example-results'
import { resultLines } from './shared/result-lines'

const FULL = 'full'
const LETTERS: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, b: 1e9, t: 1e12 }

/** Returns the parameters of a size such as 0.5B or 7b; null where it is not written so. */
function parameters(size: string): number | null {
  const [, digits, letter] = /^\s*(\d+(?:\.\d+)?)\s*([kmbt])\b/i.exec(size) ?? []
  return digits && letter ? Number(digits) * (LETTERS[letter.toLowerCase()] ?? 1) : null
}

/** Size and tuning as one place: a size that was tuned in two ways has two. */
function placeOf({ mapping: { size, tuning } }: StoredResult): string | null {
  return size === null || parameters(size) === null ? null : JSON.stringify([size, tuning])
}

function example(): StoredResult[] {
  const sizes = [
    ['0.5B', FULL],
    ['1.5B', FULL],
    ['7B', FULL],
    ['32B', 'lora'],
  ] as const
  return exampleRuns(
    exampleArms().flatMap((armKey) =>
      sizes.map(([size, tuning], at) => {
        const student = `Example-${size}`
        return { armKey, round: 1, student, size, tuning, gain: 0.08 * at }
      }),
    ),
  )
}

/** Benchmark results over the size of the student. */
export const resultsOverSizes = resultLines({
  id: 'results-over-sizes',
  title: 'Results over sizes of the student',
  description:
    'What students of growing size reach when they are trained on the data of each evolver. The line is broken where tuning changes from full to LoRA.',
  xLabel: 'Size of the student',
  ofStudent: false,
  hasScale: true,
  layout: {
    place: placeOf,
    needs: 'a size such as 7B',
    paper: ({ fileId }) => fileId === 'table-11',
  },
  places: (found, isLog) => {
    const places = found
      .map((key) => {
        const [size, tuning] = JSON.parse(key) as [string, string | null]
        return { key, size, tuning, number: parameters(size) ?? 0 }
      })
      .toSorted((a, b) => a.number - b.number || (a.tuning ?? '').localeCompare(b.tuning ?? ''))
    const breaks = places.flatMap(({ tuning }, at) =>
      at > 0 && tuning !== places[at - 1]?.tuning ? [at] : [],
    )
    return {
      keys: places.map(({ key }) => key),
      names: places.map(({ size, tuning }) => (tuning === 'lora' ? `${size} LoRA` : size)),
      breaks,
      ...(isLog ? { at: places.map(({ number }) => Math.log10(number)) } : {}),
    }
  },
  tables: 'Table 11, Qwen-2.5',
  example,
})
