import { throwIfAborted } from '@/lib/errors'
import type { MetricRow, MetricTools, RowResult } from '../types'
import type { LossPasses } from './passes'
import { stripOf } from './passes'
import type { PlannedRow } from './score-rows'
import { scorePlanned, whyTooLong } from './score-rows'
import { missingRow, sumPasses } from './sums'
import { rowTexts } from './tokenize'

/** A row's passes, or the message that says why there are none. */
export interface RowPasses {
  row: MetricRow
  passes: LossPasses | null
  message?: string
}

function planned(row: MetricRow, passes: LossPasses): PlannedRow {
  const texts = rowTexts(row)
  const has = { x: texts.x !== '', y: texts.y !== '' }
  const { joint, alone, text } = passes
  return {
    index: row.index,
    sequences: passes.joinSame ? [joint, alone] : [joint, alone, text],
    strip: stripOf(passes),
    finish(scoreOf) {
      const scores = { joint: scoreOf(joint), alone: scoreOf(alone), text: scoreOf(text) }
      return sumPasses(row.index, passes, scores, has)
    },
  }
}

/**
 * Returns the stored sums of each row: rows without texts and rows that do not fit the context are refused with their
 * reason, all others are planned together by `plan` and scored together.
 */
export async function lossRows(
  metric: string,
  rows: readonly MetricRow[],
  tools: MetricTools,
  plan: (rows: readonly MetricRow[]) => Promise<RowPasses[]>,
): Promise<RowResult[]> {
  throwIfAborted(tools.signal)
  const results = new Map<number, RowResult>()
  const askable = rows.filter((row) => {
    const { x, y } = rowTexts(row)
    if (x === '' && y === '') results.set(row.index, missingRow(row.index, 'no_response'))
    return x !== '' || y !== ''
  })
  const ready: PlannedRow[] = []
  for (const { row, passes, message } of await plan(askable)) {
    if (passes === null) {
      results.set(row.index, missingRow(row.index, 'error', message))
      continue
    }
    const one = planned(row, passes)
    const why = whyTooLong(one, tools.identity.contextLength)
    if (why !== null) results.set(row.index, missingRow(row.index, 'too_long', why))
    else ready.push(one)
  }
  const failed = (index: number, message: string) => missingRow(index, 'error', message)
  for (const result of await scorePlanned(ready, tools, metric, failed)) {
    results.set(result.index, result)
  }
  return rows.map((row) => results.get(row.index) as RowResult)
}
