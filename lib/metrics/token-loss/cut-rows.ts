import { AppError, throwIfAborted } from '@/lib/errors'
import { required } from '../failures'
import type { MetricRow, MetricTools, RowResult } from '../types'
import type { CutPasses, CutRule } from './cut-passes'
import { cutPasses } from './cut-passes'
import type { PlannedRow } from './score-rows'
import { scorePlanned, whyTooLong } from './score-rows'
import { nllSpan } from './sums'
import { together } from './together'
import { checkTokenizer } from './tokenize'

/** The texts of one row in a mode that cuts. */
export interface CutTexts {
  /** What stands before y in the first pass. */
  before: string
  /** What stands before y in the second pass; may be empty. */
  header: string
  /** Text whose token count the mode cuts by. */
  counted: string
  y: string
}

/** A mode that cuts its texts: which ones, and how. */
export interface CutMode {
  metric: string
  texts(row: MetricRow): CutTexts
  rule: CutRule
}

function planned(index: number, passes: CutPasses): PlannedRow {
  const { joint, jointFrom, direct, directFrom, cut } = passes
  return {
    index,
    sequences: [joint, direct],
    strip: {
      joint,
      x: [0, 0],
      newline: 0,
      yFrom: jointFrom,
      alone: direct,
      aloneFrom: directFrom,
    },
    finish(scoreOf) {
      const c = nllSpan(scoreOf(joint), jointFrom, joint.length)
      const d = nllSpan(scoreOf(direct), directFrom, direct.length)
      const floored = c.floored + d.floored > 0
      return {
        index,
        status: floored ? 'backend_floor' : cut > 0 ? 'truncated_input' : 'ok',
        values: floored ? {} : { cySum: c.sum, cyN: c.n, dySum: d.sum, dyN: d.n, cut },
      }
    },
  }
}

/** Returns what to score of each row, or the result of a row that the mode leaves out. */
async function planCutRows(
  rows: readonly MetricRow[],
  { metric, texts: textsOf, rule }: CutMode,
  tools: MetricTools,
): Promise<(PlannedRow | RowResult)[]> {
  if (rows.length === 0) return []
  await checkTokenizer(tools)
  const tokenize = required(tools.tokenize, metric, 'tokenize')
  const plan = async (some: readonly MetricRow[]): Promise<(PlannedRow | RowResult)[]> => {
    const texts = some.map(textsOf)
    const lists = texts.map(({ before, header, counted, y }) => [
      before + y,
      before,
      header + y,
      header,
      counted,
    ])
    // An empty text is not sent: servers refuse it, and it has the BOS alone.
    const different = [...new Set(lists.flat())].filter((text) => text !== '')
    const ids = await tokenize(different, true)
    if (ids.length !== different.length) {
      throw new AppError(
        'data_error',
        'The tokenizer returned another number of results than texts.',
      )
    }
    const found = new Map(different.map((text, i) => [text, ids[i] as Int32Array]))
    const bosTokens = tools.identity.bosId === null ? 0 : 1
    const lengthOf = (text: string) => found.get(text)?.length ?? bosTokens
    return some.map(({ index }, i) => {
      const { before, header, counted, y } = texts[i] as (typeof texts)[number]
      const passes = cutPasses(
        {
          joined: found.get(before + y) as Int32Array,
          before: lengthOf(before),
          headed: found.get(header + y) as Int32Array,
          header: lengthOf(header),
          counted: lengthOf(counted),
        },
        rule,
      )
      return typeof passes === 'string'
        ? { index, status: passes, values: {} }
        : planned(index, passes)
    })
  }
  return together(rows, tools.signal, plan, ({ index }, message) => ({
    index,
    status: 'error',
    values: {},
    detail: { message },
  }))
}

/**
 * Returns the sums of each row in a mode that cuts its texts. Rows without a response, and rows that the mode or the
 * model has no room for, say why.
 */
export async function cutRows(
  rows: readonly MetricRow[],
  mode: CutMode,
  tools: MetricTools,
): Promise<RowResult[]> {
  throwIfAborted(tools.signal)
  const results = new Map<number, RowResult>()
  const keep = (result: RowResult) => results.set(result.index, result)
  const askable = rows.filter(({ index, response }) => {
    const has = (response ?? '') !== ''
    if (!has) keep({ index, status: 'no_response', values: {} })
    return has
  })
  const ready: PlannedRow[] = []
  for (const plan of await planCutRows(askable, mode, tools)) {
    const message = 'status' in plan ? null : whyTooLong(plan, tools.identity.contextLength)
    if ('status' in plan) keep(plan)
    else if (message === null) ready.push(plan)
    else keep({ index: plan.index, status: 'too_long', values: {}, detail: { message } })
  }
  const failed = (index: number, message: string): RowResult => ({
    index,
    status: 'error',
    values: {},
    detail: { message },
  })
  for (const result of await scorePlanned(ready, tools, mode.metric, failed)) keep(result)
  return rows.map((row) => results.get(row.index) as RowResult)
}
