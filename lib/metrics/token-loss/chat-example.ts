import { stubTools } from '@/lib/metrics/example-tools'
import type { MetricExample, MetricRow, MetricTools, RowResult } from '../types'

// user: x0 x1 end assistant: y0 y1
const [USER, END, ASSISTANT] = [1, 2, 3]
const WORDS: Record<string, number[]> = { x: [10, 11], y: [30, 31] }
const JOINT = [4, 2, 0.5, 0.25, 3, 1]
const ALONE = [3.5, 1.5]

/** Returns a row of two tokens each under a template of three tokens, with known losses. */
export function chatExample(
  compute: (
    rows: readonly MetricRow[],
    params: unknown,
    tools: MetricTools,
  ) => Promise<RowResult[]>,
): MetricExample {
  const tools = stubTools({
    tokenize: async (texts) => texts.map((text) => Int32Array.from(WORDS[text] ?? [])),
    chatIds: async (conversations, open) =>
      conversations.map(([message]) =>
        Int32Array.from([
          USER,
          ...(WORDS[message?.content ?? ''] ?? []),
          END,
          ...(open ? [ASSISTANT] : []),
        ]),
      ),
    scoreTokens: async (sequences) =>
      sequences.map((ids) =>
        Float32Array.from([NaN, ...(ids[0] === USER ? JOINT : ALONE).map((nll) => -nll)]),
      ),
  })
  const row = {
    index: 0,
    instruction: 'x',
    input: null,
    response: 'y',
    parent: null,
    operator: null,
  }
  return {
    name: 'a row of known tokens in a template',
    async run() {
      const [result] = await compute([row], {}, tools)
      return result?.values as Record<string, number | null>
    },
    expected: {
      jx0: 4,
      jxSum: 2,
      jxN: 1,
      jnN: 0,
      jy0: 3,
      jySum: 1,
      jyN: 1,
      ay0: 3.5,
      aySum: 1.5,
      ayN: 1,
      anchored: 1,
    },
  }
}
