import { carriesValue, statusOf } from '@/lib/contracts/status'
import { stubTools } from '../stub-tools'
import type { CellResult, MetricRow, MetricTools } from '../types'

// Vectors are float32, so distances of decimal fractions are right to about seven digits.
const DIGITS = 6

/** Returns the columns as text, one entry a row: values rounded to six decimals, or the name of the status. */
export async function mndExample(
  vectors: readonly (readonly number[])[],
  compute: (rows: readonly MetricRow[], tools: MetricTools) => Promise<CellResult>,
): Promise<Record<string, string>> {
  const rows = vectors.map((_, index): MetricRow => {
    return {
      index,
      instruction: `#${index}#`,
      input: null,
      response: null,
      parent: null,
      operator: null,
    }
  })
  const tools = stubTools({
    async embed(texts) {
      const indexes = texts.map((text) => Number(/#(\d+)#/.exec(text)?.[1]))
      return {
        vectors: indexes.map((i) => Float32Array.from(vectors[i] ?? [])),
        truncated: texts.map(() => false),
      }
    },
  })
  const { columns } = await compute(rows, tools)
  const text = (key: string) => {
    const column = columns[key] as CellResult['columns'][string]
    return rows
      .map((_, i) => {
        const code = column.status[i] as number
        const value = column.values[i] as number
        return carriesValue(code) ? String(Number(value.toFixed(DIGITS))) : statusOf(code).name
      })
      .join(' ')
  }
  return { mnd: text('mnd'), repeats: text('repeat_count'), nearest: text('neighbour') }
}
