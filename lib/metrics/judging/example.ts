import { stubTools } from '@/lib/metrics/example-tools'
import type { MetricRow, MetricTools, RowResult } from '../types'

/** Returns value or status per row position when a model gives these replies in turn. */
export async function judgeExample(
  replies: readonly string[],
  key: string,
  compute: (rows: readonly MetricRow[], tools: MetricTools) => Promise<RowResult[]>,
): Promise<Record<string, number | string | null>> {
  const rows = replies.map((_, index): MetricRow => {
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
    async generate({ messages }) {
      const asked = /#(\d+)#/.exec(messages[0]?.content ?? '')?.[1]
      return {
        text: replies[Number(asked)] ?? '',
        finishReason: 'stop',
        usage: { promptTokens: 1, completionTokens: 1 },
        model: 'stub',
        latencyMs: 0,
      }
    },
  })
  const results = await compute(rows, tools)
  return Object.fromEntries(
    results.map(({ index, status, values }) => [
      String(index),
      (values[key] as number | null | undefined) ?? status,
    ]),
  )
}
