import { AppError } from '@/lib/errors'
import { required } from '../failures'
import type { MetricTools, RowResult } from '../types'
import type { StripIds } from './strip'
import { storedStrips } from './strip'
import { together } from './together'

/** Scores of a sequence of the plan, or null when it was not scored. */
export type ScoreOf = (ids: Int32Array | null) => Float32Array | null

/** One row whose sequences are sent to the backend. */
export interface PlannedRow {
  index: number
  /** Sequences to score; those of one token or none are left out, as they have no score. */
  sequences: readonly (Int32Array | null)[]
  /** Turns the scores into the row's result. */
  finish(scoreOf: ScoreOf): RowResult
  strip: StripIds
}

const key = (ids: Int32Array) => ids.join(' ')

function scorable(planned: PlannedRow): Int32Array[] {
  return planned.sequences.filter((ids): ids is Int32Array => ids !== null && ids.length > 1)
}

/**
 * Returns why a row does not fit the context, or null when it does. Servers generate one token after the scored ones,
 * so a text that fills the context does not fit.
 */
export function whyTooLong(planned: PlannedRow, contextLength: number | null): string | null {
  const longest = Math.max(0, ...planned.sequences.map((ids) => ids?.length ?? 0))
  if (contextLength === null || longest + 1 <= contextLength) return null
  return `The text has ${longest} tokens; the model reads ${contextLength}, one of them generated.`
}

/** Returns scores by sequence, each different sequence asked for once. Throws what the backend throws. */
async function scoreAll(
  sequences: readonly Int32Array[],
  tools: MetricTools,
  metric: string,
): Promise<Map<string, Float32Array>> {
  const different = [...new Map(sequences.map((ids) => [key(ids), ids])).values()]
  const found = new Map<string, Float32Array>()
  if (different.length === 0) return found
  const scores = await required(tools.scoreTokens, metric, 'promptLogprobs')(different)
  different.forEach((ids, i) => {
    const logprobs = scores[i]
    if (logprobs?.length !== ids.length) {
      throw new AppError('data_error', 'The backend returned another number of scores than tokens.')
    }
    for (let t = 1; t < logprobs.length; t += 1) {
      const value = logprobs[t] as number
      // Minus infinity is a clamped value and has its own status; NaN and plus infinity are faults.
      if (Number.isNaN(value) || value === Infinity) {
        throw new AppError('data_error', `The backend returned no number for token ${t}.`)
      }
    }
    found.set(key(ids), logprobs)
  })
  return found
}

/**
 * Returns one result a row: all rows are scored together, or one by one when a single request of them is refused. A
 * row's detail keeps its tokens. Throws when the backend itself is gone.
 */
export function scorePlanned(
  planned: readonly PlannedRow[],
  tools: MetricTools,
  metric: string,
  failed: (index: number, message: string) => RowResult,
): Promise<RowResult[]> {
  const score = async (some: readonly PlannedRow[]) => {
    const scores = await scoreAll(some.flatMap(scorable), tools, metric)
    const strips = await storedStrips(
      some.map((one) => one.strip),
      tools,
    )
    return some.map((one, i) => {
      const result = one.finish((ids) => (ids === null ? null : (scores.get(key(ids)) ?? null)))
      return { ...result, detail: { ...result.detail, strip: strips[i] } }
    })
  }
  return together(planned, tools.signal, score, (one, message) => failed(one.index, message))
}
