import { carriesValue, statusOf } from '@/lib/contracts/status'
import { exampleRow, stubTools } from '@/lib/metrics/example-tools'
import type { CellResult, MetricRow, MetricTools, OtherCell } from '../types'

// Vectors are float32, so distances of decimal fractions are right to about seven digits.
const DIGITS = 6

/** Vectors of rows, in their order. */
export type Vectors = readonly (readonly number[])[]

function rowsOf(n: number, first: number): MetricRow[] {
  return Array.from({ length: n }, (_, index) =>
    exampleRow({ index, instruction: `#${first + index}#` }),
  )
}

function toolsOf(vectors: Vectors): MetricTools {
  return stubTools({
    async embed(texts) {
      const indexes = texts.map((text) => Number(/#(\d+)#/.exec(text)?.[1]))
      return {
        vectors: indexes.map((i) => Float32Array.from(vectors[i] ?? [])),
        truncated: texts.map(() => false),
      }
    },
  })
}

/** Returns a column as text, one entry a row: values rounded to six decimals, or the name of the status. */
function textOf({ columns }: CellResult, key: string): string {
  const column = columns[key] as CellResult['columns'][string]
  return Array.from(column.status, (code, i) =>
    carriesValue(code)
      ? String(Number((column.values[i] as number).toFixed(DIGITS)))
      : statusOf(code).name,
  ).join(' ')
}

/** Returns the columns of the neighbour distance for rows with these vectors. */
export async function mndExample(
  vectors: Vectors,
  compute: (rows: readonly MetricRow[], tools: MetricTools) => Promise<CellResult>,
): Promise<Record<string, string>> {
  const result = await compute(rowsOf(vectors.length, 0), toolsOf(vectors))
  return {
    mnd: textOf(result, 'mnd'),
    repeats: textOf(result, 'repeat_count'),
    nearest: textOf(result, 'neighbour'),
  }
}

type ComputeAcross = (
  rows: readonly MetricRow[],
  tools: MetricTools,
  other: OtherCell,
) => Promise<CellResult>

/** Returns columns, under names of their own, for rows with these vectors against rows of another cell. */
export async function acrossExample(
  named: Record<string, string>,
  vectors: Vectors,
  others: Vectors,
  compute: ComputeAcross,
): Promise<Record<string, string>> {
  const rows = rowsOf(others.length, vectors.length)
  const other = { id: 'other', name: 'other', rows, reason: null }
  const result = await compute(rowsOf(vectors.length, 0), toolsOf([...vectors, ...others]), other)
  return Object.fromEntries(Object.entries(named).map(([name, key]) => [name, textOf(result, key)]))
}

/** Returns the columns of topic drift for rows with these vectors, made by an operator from seeds with others. */
export async function driftExample(
  vectors: Vectors,
  seeds: Vectors,
  operator: string,
  compute: (rows: readonly MetricRow[], tools: MetricTools) => Promise<CellResult>,
): Promise<Record<string, string>> {
  const own = rowsOf(seeds.length, vectors.length)
  const rows = rowsOf(vectors.length, 0).map((row, at) => {
    return { ...row, operator, seed: own[at] ?? null }
  })
  const result = await compute(rows, toolsOf([...vectors, ...seeds]))
  return { distance: textOf(result, 'distance'), drifted: textOf(result, 'drifted') }
}

/** Returns the column of ranks of coverage for rows with these vectors. */
export async function coverageExample(
  vectors: Vectors,
  compute: (rows: readonly MetricRow[], tools: MetricTools) => Promise<CellResult>,
): Promise<Record<string, string>> {
  const result = await compute(rowsOf(vectors.length, 0), toolsOf(vectors))
  return { rank: textOf(result, 'rank') }
}
