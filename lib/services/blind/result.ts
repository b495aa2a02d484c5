import { and, eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { arms } from '@/db/schema'
import type { BlindResult, BlindSide, BlindVerdict } from '@/lib/contracts/blind'
import type { FigureTable } from '@/lib/contracts/figure'
import { SEEDS_KEY, SEEDS_LABEL } from '@/lib/contracts/seeds'
import { AppError } from '@/lib/errors'
import { signTest } from '@/lib/stats/paired'
import { quantileSorted } from '@/lib/stats/summary'
import { shareOf } from '../agreement/ratings'
import { agreementWithOthers, sessionVerdicts } from './raters'
import { describeSession, getSession, standingVerdicts, verdictLog, type SessionRow } from '.'

/** Returns a session that has ended. Throws `conflict` while it is open. */
export function endedSession(db: Db, studyId: string, sessionId: string): SessionRow {
  const session = getSession(db, studyId, sessionId)
  if (session.endedAt !== null) return session
  throw new AppError(
    'conflict',
    'This session is open. Its result would tell which evolver is which; end the session first.',
  )
}

function sideLabel(db: Db, studyId: string, { arm, round }: BlindSide): string {
  if (arm === SEEDS_KEY) return SEEDS_LABEL
  const own = and(eq(arms.studyId, studyId), eq(arms.key, arm))
  const label = db.select({ label: arms.label }).from(arms).where(own).get()?.label
  return `${label ?? arm}, round ${round}`
}

function signP(first: number, second: number): number | null {
  const differences = [...Array<number>(first).fill(1), ...Array<number>(second).fill(-1)]
  const test = signTest(differences)
  return test.ok ? test.p : null
}

// The blank does not break, so that number and sign stay together.
const percent = (share: number) => `${(share * 100).toFixed(0)}\u00a0%`

/** The finding in a sentence that claims no more than the test. */
function sentenceOf(result: Omit<BlindResult, 'sentence'>): string {
  const { session, sides, win, tie, lose, decided, p, isComplete } = result
  const judged = `${session.person} judged ${win.n} ${win.n === 1 ? 'pair' : 'pairs'} blind on the question “${session.question}”`
  const early = isComplete
    ? ''
    : ` The session was ended early, after ${session.judged + session.skipped} of ${session.pairs} pairs.`
  if (p === null || decided.low === null || decided.high === null) {
    return `${judged}; no pair was decided.${early}`
  }
  const ties = tie.k === 1 ? '1 was a tie' : `${tie.k} were ties`
  const counts = `“${sides.a.label}” was chosen in ${win.k} and “${sides.b.label}” in ${lose.k}; ${ties}`
  const share = `the first in ${percent(decided.k / decided.n)} of the decided pairs, 95\u00a0% interval ${percent(decided.low)} to ${percent(decided.high)}`
  const finding =
    p < 0.05
      ? 'one person prefers one side more often than chance explains'
      : 'these verdicts do not tell the two apart'
  return `${judged}: ${counts} (${share}; sign test p = ${p < 0.001 ? p.toExponential(1) : p.toFixed(3)}). By this test ${finding}.${early}`
}

/**
 * Returns what a session found: wins, ties and losses of A with intervals, the sign test without ties, how often left was
 * chosen, time, and agreement with others. Throws `conflict` while the session is open.
 */
export async function blindResult(
  db: Db,
  studyId: string,
  sessionId: string,
  signal?: AbortSignal,
): Promise<BlindResult> {
  const row = endedSession(db, studyId, sessionId)
  const log = verdictLog(db, row.id)
  const session = describeSession(row, log)
  const bySide = sessionVerdicts(db, row)
  const [lose, tie, win] = [1, 2, 3].map(
    (verdict) => bySide.filter((one) => one === verdict).length,
  )
  const standing = [...standingVerdicts(log).values()]
  const count = (verdict: BlindVerdict) => standing.filter((one) => one.verdict === verdict).length
  const share = (k = 0) => shareOf(k, session.judged)
  const [left, right] = [count('left'), count('right')]
  const times = Float64Array.from(standing, ({ verdict, ms }) => (verdict === 'skip' ? NaN : ms))
    .filter((ms) => !Number.isNaN(ms))
    .sort()
  const side = (given: BlindSide) => ({ ...given, label: sideLabel(db, studyId, given) })
  const result = {
    session,
    isComplete: session.judged + session.skipped === session.pairs,
    plan: row.plan,
    sides: { a: side(row.plan.a), b: side(row.plan.b) },
    win: share(win),
    tie: share(tie),
    lose: share(lose),
    decided: shareOf(win ?? 0, left + right),
    p: signP(win ?? 0, lose ?? 0),
    left: { ...shareOf(left, left + right), p: signP(left, right) },
    time:
      times.length === 0
        ? null
        : {
            median: quantileSorted(times, 0.5),
            lower: quantileSorted(times, 0.25),
            upper: quantileSorted(times, 0.75),
            total: times.reduce((sum, ms) => sum + ms, 0),
          },
    agreement: await agreementWithOthers(db, row, signal),
  }
  return { ...result, sentence: sentenceOf(result) }
}

const COLUMNS = [
  ['pair', 'Pair', ''],
  ['seedSet', 'Seed set', ''],
  ['seed', 'Seed', ''],
  ['left', 'Left', ''],
  ['right', 'Right', ''],
  ['verdict', 'Verdict', ''],
  ['chosen', 'Chosen', ''],
  ['ms', 'Time', 'ms'],
  ['at', 'Given at', ''],
  ['undoneAt', 'Undone at', ''],
  ['leftRow', 'Left row', ''],
  ['rightRow', 'Right row', ''],
].map(([key = '', label = '', unit = '']) => ({ key, label, unit }))

const time = (at: number | null) => (at === null ? null : new Date(at).toISOString())

/** Returns the log of a session, one line a verdict, undone ones included. Throws `conflict` while the session is open. */
export function blindTable(db: Db, studyId: string, sessionId: string): FigureTable {
  const session = endedSession(db, studyId, sessionId)
  const label = {
    a: sideLabel(db, studyId, session.plan.a),
    b: sideLabel(db, studyId, session.plan.b),
  }
  const rows = verdictLog(db, session.id).map(({ pair: no, verdict, ms, at, undoneAt }) => {
    const pair = session.pairs[no]
    if (!pair) throw new AppError('data_error', `The session has no pair ${no + 1}.`)
    const [left, right] = pair.isALeft ? (['a', 'b'] as const) : (['b', 'a'] as const)
    const chosen = { left: label[left], right: label[right], tie: 'tie', skip: null }[verdict]
    return {
      pair: no + 1,
      seedSet: pair.seedSet,
      seed: pair.slot,
      left: label[left],
      right: label[right],
      verdict,
      chosen,
      ms,
      at: time(at),
      undoneAt: time(undoneAt),
      leftRow: `${pair[left].cellId}.${pair[left].idx}`,
      rightRow: `${pair[right].cellId}.${pair[right].idx}`,
    }
  })
  return { columns: COLUMNS, rows }
}

/** Returns result and log of a session as one object. Throws `conflict` while the session is open. */
export async function blindExport(
  db: Db,
  studyId: string,
  sessionId: string,
  signal?: AbortSignal,
): Promise<BlindResult & { judgements: FigureTable['rows'] }> {
  const result = await blindResult(db, studyId, sessionId, signal)
  return { ...result, judgements: blindTable(db, studyId, sessionId).rows }
}
