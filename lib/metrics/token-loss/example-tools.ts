import { stubTools } from '@/lib/metrics/example-tools'
import type { MetricRow, MetricTools } from '../types'
import type { WorkedCase } from './worked'

/** Returns one row and a backend that tokenises and scores it as the worked case says. */
export function exampleTools(worked: WorkedCase): { rows: MetricRow[]; tools: MetricTools } {
  const { bosId, tokens } = worked
  const texts: Record<string, Int32Array> = {
    x: tokens.x,
    'x\n': tokens.xn,
    y: tokens.y,
    'x\ny': tokens.joined,
    'a b': Int32Array.from([...(bosId === null ? [] : [bosId]), 40, 41]),
  }
  const joined = tokens.joined.join()
  const rows: MetricRow[] = [
    { index: 0, instruction: 'x', input: null, response: 'y', parent: null, operator: null },
  ]
  const tools = stubTools({
    bosId,
    async tokenize(asked, addSpecial) {
      return asked.map((text) => {
        const ids = texts[text] ?? new Int32Array(0)
        return addSpecial || bosId === null ? ids : ids.slice(1)
      })
    },
    async scoreTokens(sequences) {
      return sequences.map((ids) => {
        const nll = ids.join() === joined ? worked.jointNll : worked.aloneNll
        return Float32Array.from([NaN, ...nll.map((value) => -value)])
      })
    },
  })
  return { rows, tools }
}
