import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type {
  AgreementReply,
  AgreementReport,
  RatedRun,
  RatingProfile,
} from '@/lib/contracts/agreement'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import { carriesValue } from '@/lib/contracts/status'
import type { RunInfo } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import type { OutputSpec } from '@/lib/metrics/types'
import { consistency, slope } from '@/lib/stats/agreement'
import { agreementOf, coefficientsOf, type RatedPairs } from './coefficients'
import {
  countRatings,
  ratedRun,
  ratingOutput,
  readRatings,
  scaleKey,
  shareOf,
  type CellRatings,
} from './ratings'
import { columnReader, type ColumnReader } from '../columns'
import { yieldToEventLoop } from '../compare/slots'
import { promptNames } from '../prompts'
import { listRuns } from '../runs'

// Scales with more steps than this count ratings a twentieth of the scale apart as adjacent, others one step.
const FINE_STEPS = 20
// Cells of the table where the scale is of numbers.
const TABLE_BINS = 10

function required(runs: readonly RunInfo[], id: string): { run: RunInfo; output: OutputSpec } {
  const run = runs.find((one) => one.id === id)
  if (!run) throw new AppError('not_found', `This study has no run ${id}. Choose one of its list.`)
  const output = ratingOutput(run)
  if (output) return { run, output }
  throw new AppError(
    'invalid_input',
    `${run.metricLabel} holds no ratings by a judge model. Choose a run that rates rows on a scale.`,
  )
}

/** Names the parts of two definitions that are not the same. */
function differences(a: RunInfo, b: RunInfo): string[] {
  const found: string[] = []
  const differ = (x: unknown, y: unknown) => canonicalJson(x ?? null) !== canonicalJson(y ?? null)
  if (differ(a.definition.model, b.definition.model)) found.push('model')
  if (differ(a.definition.prompts, b.definition.prompts)) found.push('prompt')
  const names = new Set([...Object.keys(a.definition.params), ...Object.keys(b.definition.params)])
  // The text of a prompt is told by its hash already.
  names.delete('promptText')
  for (const name of names) {
    if (differ(a.definition.params[name], b.definition.params[name])) found.push(name)
  }
  return found
}

interface Pairs extends RatedPairs {
  onlyFirst: number
  onlySecond: number
}

function slotsOf(db: Db, cellNo: number, rowCount: number): Int32Array {
  const slots = new Int32Array(rowCount).fill(-1)
  const found = hotRead(db, {
    why: 'goes over every row of a file',
    sql: 'select idx, slot from rows where cell_no = ? and slot is not null',
    row: z.tuple([z.number(), z.number()]),
  }).iterate(cellNo)
  for (const [idx, slot] of found) slots[idx] = slot
  return slots
}

/** Rows that both runs rated; relatives of one seed share a cluster, rows without a slot are on their own. */
async function pairsOf(
  db: Db,
  a: readonly CellRatings[],
  b: readonly CellRatings[],
): Promise<Pairs> {
  const first: number[] = []
  const second: number[] = []
  const cluster: number[] = []
  const clusters = new Map<string, number>()
  let onlyFirst = 0
  let onlySecond = 0
  for (const [at, { cell, values, status }] of a.entries()) {
    const other = b[at] as CellRatings
    const slots = slotsOf(db, cell.no, cell.rowCount)
    for (let row = 0; row < status.length; row += 1) {
      const inFirst = carriesValue(status[row] as number)
      const inSecond = carriesValue(other.status[row] as number)
      if (inFirst && !inSecond) onlyFirst += 1
      if (!inFirst && inSecond) onlySecond += 1
      if (!inFirst || !inSecond) continue
      const slot = slots[row] as number
      const key = slot < 0 ? `${cell.no}/${row}` : `${cell.seedSetId} ${slot}`
      const unit = clusters.get(key) ?? clusters.size
      clusters.set(key, unit)
      first.push(values[row] as number)
      second.push(other.values[row] as number)
      cluster.push(unit)
    }
    await yieldToEventLoop()
  }
  return {
    first: Float64Array.from(first),
    second: Float64Array.from(second),
    cluster: Int32Array.from(cluster),
    onlyFirst,
    onlySecond,
  }
}

/** Whether a scale has more steps than a table has room for. */
function isFineScale(output: OutputSpec): boolean {
  const [min, max] = output.range as readonly [number, number]
  return !output.levels && (max - min + 1 > FINE_STEPS || !Number.isInteger(min))
}

function tableOf({ first, second }: Pairs, output: OutputSpec): AgreementReport['table'] {
  const [min, max] = output.range as readonly [number, number]
  const steps = max - min + 1
  const isFine = isFineScale(output)
  const width = isFine ? (max - min) / TABLE_BINS : 1
  const size = isFine ? TABLE_BINS : steps
  const labels = Array.from({ length: size }, (_, i) => {
    if (output.levels) return output.levels[i] as string
    const from = min + i * width
    return isFine ? `${from}–${from + width}` : String(from)
  })
  const counts = labels.map(() => labels.map(() => 0))
  const bin = (value: number) => Math.min(size - 1, Math.max(0, Math.floor((value - min) / width)))
  for (let i = 0; i < first.length; i += 1) {
    const row = counts[bin(first[i] as number)] as number[]
    const column = bin(second[i] as number)
    row[column] = (row[column] as number) + 1
  }
  return { labels, counts }
}

// The slope is that of the rating over this many characters of the instruction.
const CHARACTERS = 100
const LENGTH_COLUMN = 'instruction_characters.instruction'

async function profileOf(
  reader: ColumnReader,
  run: RunInfo,
  cells: readonly CellRatings[],
  max: number,
): Promise<RatingProfile> {
  const counts = countRatings(cells, max)
  const lengths: number[] = []
  const ratings: number[] = []
  for (const { cell, values, status } of cells) {
    const chars = reader.read(LENGTH_COLUMN, cell).values
    for (let row = 0; row < status.length; row += 1) {
      if (!carriesValue(status[row] as number)) continue
      lengths.push((chars[row] as number) / CHARACTERS)
      ratings.push(values[row] as number)
    }
    await yieldToEventLoop()
  }
  const fitted = slope(lengths, ratings)
  const reasons = Object.entries(counts.statuses).filter(
    ([name]) => name !== 'ok' && name !== 'repaired',
  )
  return {
    runId: run.id,
    rated: counts.rated,
    mean: counts.rated > 0 ? counts.sum / counts.rated : null,
    ceiling: shareOf(counts.top, counts.rated),
    failed: shareOf(counts.asked - counts.rated, counts.asked),
    reasons: Object.fromEntries(reasons),
    lengthSlope: fitted.ok ? fitted.value : null,
  }
}

/** Returns the ratings of each row that at least two of the runs rated. */
async function unitsOf(all: readonly (readonly CellRatings[])[]): Promise<number[][]> {
  const units: number[][] = []
  const [first = []] = all
  for (const [at, { status }] of first.entries()) {
    for (let row = 0; row < status.length; row += 1) {
      const ratings: number[] = []
      for (const cells of all) {
        const one = cells[at] as CellRatings
        if (carriesValue(one.status[row] as number)) ratings.push(one.values[row] as number)
      }
      if (ratings.length > 1) units.push(ratings)
    }
    await yieldToEventLoop()
  }
  return units
}

async function reportOn(
  db: Db,
  studyId: string,
  chosen: { run: RunInfo; output: OutputSpec }[],
  rated: RatedRun[],
  signal?: AbortSignal,
): Promise<AgreementReport> {
  const [one, two] = chosen as [(typeof chosen)[0], (typeof chosen)[0]]
  const { output } = one
  const [min, max] = output.range as readonly [number, number]
  const within = max - min > FINE_STEPS ? Math.round((max - min) / FINE_STEPS) : 1
  const reader = columnReader(db, studyId)
  const all: CellRatings[][] = []
  for (const { run, output: own } of chosen) {
    all.push(await readRatings(db, studyId, reader, run, own))
  }
  const [a, b] = all as [CellRatings[], CellRatings[]]
  for (const { cell } of a) await reader.warm(LENGTH_COLUMN, cell)
  const pairs = await pairsOf(db, a, b)
  const agreed = await agreementOf(pairs, within, signal)
  const table = tableOf(pairs, output)
  const units = consistency(await unitsOf(all))
  const profiles: RatingProfile[] = []
  for (const [i, { run }] of chosen.entries()) {
    profiles.push(await profileOf(reader, run, all[i] as CellRatings[], max))
  }
  return {
    scale: {
      label: output.label,
      levels: output.levels ? [...output.levels] : null,
      min,
      max,
      within,
    },
    runs: rated,
    profiles,
    differs: differences(one.run, two.run),
    ...agreed,
    onlyFirst: pairs.onlyFirst,
    onlySecond: pairs.onlySecond,
    // Binned numbers have none.
    ...(isFineScale(output)
      ? { unweightedKappa: null, ac1: null, ac2: null }
      : coefficientsOf(table.counts)),
    table,
    consistency: units.ok
      ? {
          units: units.units,
          pairs: units.pairs,
          unanimous: units.unanimous,
          alpha: units.alpha,
        }
      : null,
  }
}

/**
 * Returns the study's runs that hold ratings of a judge and, for two or more of them on one scale, how well they agree:
 * kappa, exact and adjacent agreement and the table for the first two, consistency over all. Throws `not_found`, and
 * `invalid_input` for runs on different scales.
 */
export async function agreement(
  db: Db,
  studyId: string,
  runIds: readonly string[],
  signal?: AbortSignal,
): Promise<AgreementReply> {
  const runs = listRuns(db, studyId)
  const nameOf = promptNames(db)
  const candidates = runs.flatMap((run) => ratedRun(run, nameOf) ?? [])
  const wanted = [...new Set(runIds)]
  if (wanted.length < 2) return { candidates, report: null }
  const chosen = wanted.map((id) => required(runs, id))
  const keys = new Set(chosen.map(({ output }) => scaleKey(output)))
  if (keys.size > 1) {
    throw new AppError(
      'invalid_input',
      'These runs rate on different scales, so their ratings cannot be compared. Choose runs of one scale.',
    )
  }
  const rated = wanted.flatMap((id) => candidates.find((run) => run.runId === id) ?? [])
  return { candidates, report: await reportOn(db, studyId, chosen, rated, signal) }
}
