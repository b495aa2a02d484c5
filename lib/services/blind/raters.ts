import type { Db } from '@/db/client'
import type { BlindAgreement, StoredBlindPair } from '@/lib/contracts/blind'
import { carriesValue } from '@/lib/contracts/status'
import { crossTable } from '@/lib/stats/levels'
import { agreementOf, coefficientsOf } from '../agreement/coefficients'
import { ratedRun, ratingOutput } from '../agreement/ratings'
import { getCell, type CellRef } from '../cells'
import { columnReader } from '../columns'
import { yieldToEventLoop } from '../compare/slots'
import { textReader } from '../compare/texts'
import { isPairRun, pairRuns, pairValues } from '../pairs/verdicts'
import { promptNames } from '../prompts'
import { listRuns } from '../runs'
import { standingVerdicts, storedSessions, verdictLog, type SessionRow } from '.'

/** Which side is preferred: B, a tie, A; NaN without a verdict. */
const [B, TIE, A] = [1, 2, 3]
const VERDICTS = 3

/** The verdicts of somebody, one for each pair. */
interface Rater {
  kind: BlindAgreement['kind']
  id: string
  label: string
  verdicts: number[]
}

/** Returns the verdicts of a session by side, one for each pair: 1 for B, 2 for a tie, 3 for A, NaN without one. */
export function sessionVerdicts(db: Db, { id, pairs }: SessionRow): number[] {
  const standing = standingVerdicts(verdictLog(db, id))
  return pairs.map(({ isALeft }, no) => {
    const verdict = standing.get(no)?.verdict
    if (verdict === undefined || verdict === 'skip') return NaN
    if (verdict === 'tie') return TIE
    return (verdict === 'left') === isALeft ? A : B
  })
}

function bySize(a: number, b: number): number {
  return a === b ? TIE : a > b ? A : a < b ? B : NaN
}

const placeKey = ({ a, b }: StoredBlindPair) => `${a.cellId}.${a.idx} ${b.cellId}.${b.idx}`

/** Other sessions that have ended and judged some of the same rows, whichever of them was called A there. */
function people(db: Db, session: SessionRow): Rater[] {
  const others = storedSessions(db, session.studyId).filter(
    ({ id, endedAt }) => id !== session.id && endedAt !== null,
  )
  return others.map((other) => {
    const found = new Map<string, number>()
    const verdicts = sessionVerdicts(db, other)
    other.pairs.forEach((pair, no) => {
      const verdict = verdicts[no] as number
      found.set(placeKey(pair), verdict)
      found.set(placeKey({ ...pair, a: pair.b, b: pair.a }), A + B - verdict)
    })
    return {
      kind: 'person',
      id: other.id,
      label: `${other.person}: ${other.plan.question}`,
      verdicts: session.pairs.map((pair) => found.get(placeKey(pair)) ?? NaN),
    }
  })
}

/** The cells of a session's pairs that are still there. */
function cellsOf(db: Db, { studyId, pairs }: SessionRow): Map<string, CellRef> {
  const found = new Map<string, CellRef>()
  for (const cellId of new Set(pairs.flatMap(({ a, b }) => [a.cellId, b.cellId]))) {
    try {
      found.set(cellId, getCell(db, studyId, cellId))
    } catch {
      // Deleted for good: nothing else can be said of its rows.
    }
  }
  return found
}

/** Runs of judge models: the side that was rated higher on the run's scale is its verdict. */
function models(db: Db, session: SessionRow, cells: Map<string, CellRef>): Rater[] {
  const reader = columnReader(db, session.studyId)
  const nameOf = promptNames(db)
  return listRuns(db, session.studyId).flatMap((run) => {
    const rated = ratedRun(run, nameOf)
    const output = ratingOutput(run)
    if (!rated || !output || isPairRun(run)) return []
    const columns = new Map(
      [...cells].map(([id, cell]) => [
        id,
        reader.read(`${run.metric}.${output.key}@${run.id}`, cell),
      ]),
    )
    const valueAt = ({ cellId, idx }: StoredBlindPair['a']) => {
      const column = columns.get(cellId)
      const isRated = column !== undefined && carriesValue(column.status[idx] ?? 0)
      return isRated ? (column.values[idx] as number) : NaN
    }
    const repeat = !rated.repeat ? '' : `, repetition ${rated.repeat}`
    return {
      kind: 'model',
      id: run.id,
      label: `${rated.label}, ${rated.model ?? 'model not known'}${repeat}`,
      verdicts: session.pairs.map(({ a, b }) => bySize(valueAt(a), valueAt(b))),
    }
  })
}

/** Runs of judge models that compared the rows of pairs with each other, whichever of them the run was over. */
function pairJudges(db: Db, session: SessionRow, cells: Map<string, CellRef>): Rater[] {
  return pairRuns(db, session.studyId).map((pairs) => {
    const verdicts = new Map(
      [...cells].map(([id, cell]) => [id, pairValues(pairs, 'verdict', cell)]),
    )
    const saidOf = (own: StoredBlindPair['a'], other: StoredBlindPair['a']) => {
      const against = pairs.against.get(own.cellId)
      const isMeant = against?.cellId === other.cellId && against.set === null
      return isMeant ? (verdicts.get(own.cellId)?.[own.idx] ?? NaN) : NaN
    }
    const { model } = pairs.run.definition
    return {
      kind: 'model',
      id: pairs.run.id,
      label: `${pairs.run.metricLabel}, ${typeof model?.['model'] === 'string' ? model['model'] : 'model not known'}`,
      verdicts: session.pairs.map(({ a, b }) => {
        const said = saidOf(a, b)
        return Number.isNaN(said) ? A + B - saidOf(b, a) : said
      }),
    }
  })
}

/** What somebody would say who only sees which instruction has more characters. */
function length(db: Db, session: SessionRow, cells: Map<string, CellRef>): Rater {
  const readers = new Map([...cells].map(([id, cell]) => [id, textReader(db, cell, true)]))
  const lengthAt = ({ cellId, idx }: StoredBlindPair['a']) =>
    readers.get(cellId)?.read(idx)?.instruction.length ?? NaN
  return {
    kind: 'length',
    id: 'length',
    label: 'The longer instruction',
    verdicts: session.pairs.map(({ a, b }) => bySize(lengthAt(a), lengthAt(b))),
  }
}

/**
 * Returns how well others agree with a session on the same pairs: sessions of other people that have ended, judge models
 * by their ratings, and length alone. Whoever has no verdict on any of its pairs is left out.
 */
export async function agreementWithOthers(
  db: Db,
  session: SessionRow,
  signal?: AbortSignal,
): Promise<BlindAgreement[]> {
  const own = sessionVerdicts(db, session)
  const cells = cellsOf(db, session)
  const raters = [
    ...people(db, session),
    ...models(db, session, cells),
    ...pairJudges(db, session, cells),
    length(db, session, cells),
  ]
  // Pairs are one a seed, so each pair is a unit of its own.
  const found: BlindAgreement[] = []
  for (const { verdicts, ...rater } of raters) {
    const both = own.flatMap((verdict, no) =>
      Number.isNaN(verdict) || Number.isNaN(verdicts[no]) ? [] : [no],
    )
    if (both.length === 0) continue
    const first = Float64Array.from(both, (no) => own[no] as number)
    const second = Float64Array.from(both, (no) => verdicts[no] as number)
    const table = crossTable(first, second, VERDICTS)
    const { n, exact, kappa, kappaReason } = await agreementOf(
      { first, second, cluster: Int32Array.from(both.keys()) },
      0,
      signal,
    )
    found.push({ ...rater, n, exact, kappa, kappaReason, ...coefficientsOf(table), table })
    await yieldToEventLoop()
  }
  return found
}
