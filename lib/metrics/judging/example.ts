import type { GenerateReply } from '@/lib/backends/types'
import { exampleRow, stubReply, stubTools } from '@/lib/metrics/example-tools'
import type { MetricRow, MetricTools, RowResult } from '../types'

type Compute = (rows: readonly MetricRow[], tools: MetricTools) => Promise<RowResult[]>

/** Returns the result of each row when a model gives these replies in turn. */
export function resultsOf(
  replies: readonly Partial<GenerateReply>[],
  compute: Compute,
): Promise<RowResult[]> {
  const tools = stubTools({
    async generate({ messages }) {
      const asked = /#(\d+)#/.exec(messages[0]?.content ?? '')?.[1]
      return stubReply(replies[Number(asked)] ?? {})
    },
  })
  const rows = replies.map((_, index) => exampleRow({ index, instruction: `#${index}#` }))
  return compute(rows, tools)
}

/** Returns value or status per row position when a model gives these replies in turn. */
export async function judgeExample(
  replies: readonly string[],
  key: string,
  compute: Compute,
): Promise<Record<string, number | string | null>> {
  const asReplies = replies.map((text) => ({ text }))
  const results = await resultsOf(asReplies, compute)
  return Object.fromEntries(
    results.map(({ index, status, values }) => [
      String(index),
      (values[key] as number | null | undefined) ?? status,
    ]),
  )
}
