import type { Db } from '@/db/client'
import type { RatedRun, RatedShare } from '@/lib/contracts/agreement'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import { carriesValue, statusOf } from '@/lib/contracts/status'
import type { RunInfo } from '@/lib/contracts/study'
import { asColumns, getMeasured } from '@/lib/metrics'
import type { OutputSpec } from '@/lib/metrics/types'
import { wilsonInterval } from '@/lib/stats/intervals'
import { currentCells, type CellRef } from '../cells'
import type { ColumnReader } from '../columns'
import { yieldToEventLoop } from '../compare/slots'

/** One run's ratings of one cell. */
export interface CellRatings {
  cell: CellRef
  values: ArrayLike<number>
  status: Uint8Array
}

/** Returns the output that holds a judge's rating, or null when the run asked no judge for a number on a scale. */
export function ratingOutput(run: Pick<RunInfo, 'metric' | 'definition'>): OutputSpec | null {
  let outputs: readonly OutputSpec[]
  try {
    const metric = getMeasured(run.metric)
    const params = metric.params.safeParse(run.definition.params)
    if (!params.success || metric.prompts(params.data).length === 0) return null
    outputs = asColumns(metric, params.data).outputs
  } catch {
    // A run of a metric that this version does not know.
    return null
  }
  const output = outputs.find((one) => !one.hidden)
  const isRating = output?.shape === 'enum' || output?.shape === 'scalar'
  return isRating && output.range ? output : null
}

/** Returns what two runs must have in common for their ratings to be compared: labels or ends of the scale. */
export function scaleKey({ levels, range, shape }: OutputSpec): string {
  return canonicalJson({
    shape,
    levels: levels ? [...levels] : null,
    range: range ? [...range] : null,
  })
}

/** Returns a run as a list of comparable runs shows it, or null when it holds no ratings. */
export function ratedRun(run: RunInfo, nameOf: (hash: string) => string | null): RatedRun | null {
  const output = ratingOutput(run)
  if (!output) return null
  const { params, model, prompts } = run.definition
  const number = (value: unknown) => (typeof value === 'number' ? value : null)
  return {
    runId: run.id,
    label: run.metricLabel,
    scaleKey: scaleKey(output),
    model: typeof model?.['model'] === 'string' ? model['model'] : null,
    prompts: prompts.map(({ id, hash }) => nameOf(hash) ?? `${id}, ${hash.slice(0, 10)}`),
    temperature: number(params['temperature']),
    repeat: number(params['repeat']),
    rowSet: run.rowSet,
    done: run.done,
    total: run.total,
    createdAt: run.createdAt,
  }
}

/** Returns a run's ratings in every current cell of its study. */
export async function readRatings(
  db: Db,
  studyId: string,
  reader: ColumnReader,
  run: RunInfo,
  output: OutputSpec,
): Promise<CellRatings[]> {
  const found: CellRatings[] = []
  for (const cell of currentCells(db, studyId)) {
    const { values, status } = reader.read(`${run.metric}.${output.key}@${run.id}`, cell)
    found.push({ cell, values, status })
    await yieldToEventLoop()
  }
  return found
}

/** Returns k of n with its Wilson interval. */
export function shareOf(k: number, n: number): RatedShare {
  const interval = wilsonInterval(k, n)
  return { k, n, low: interval.ok ? interval.low : null, high: interval.ok ? interval.high : null }
}

/** Counts of one run's ratings. */
interface RatingCounts {
  /** Rows whose reply was asked for, with or without a rating. */
  asked: number
  rated: number
  sum: number
  top: number
  /** Status name -> rows, of all rows that were done. */
  statuses: Record<string, number>
}

/** Returns the counts over a run's cells. A rating counts as top when it is not below the end of the scale. */
export function countRatings(cells: readonly CellRatings[], top: number): RatingCounts {
  const byCode = new Uint32Array(256)
  let rated = 0
  let sum = 0
  let atTop = 0
  for (const { values, status } of cells) {
    for (let row = 0; row < status.length; row += 1) {
      const code = status[row] as number
      byCode[code] = (byCode[code] as number) + 1
      if (!carriesValue(code)) continue
      const value = values[row] as number
      rated += 1
      sum += value
      if (value >= top) atTop += 1
    }
  }
  const statuses: Record<string, number> = {}
  let asked = 0
  byCode.forEach((count, code) => {
    // 0 and 255: rows that the run has not reached, or leaves out.
    if (count === 0 || code === 0 || code === 255) return
    statuses[statusOf(code).name] = count
    asked += count
  })
  return { asked, rated, sum, top: atTop, statuses }
}
