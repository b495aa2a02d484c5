import { randomInt, randomUUID } from 'node:crypto'
import { and, asc, desc, eq, isNull } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { blindSessions, blindVerdicts } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import type {
  BlindSession,
  BlindState,
  BlindText,
  GivenVerdict,
  StartBlind,
  StoredBlindPair,
} from '@/lib/contracts/blind'
import { LIMITS } from '@/lib/contracts/limits'
import { cleanName } from '@/lib/contracts/plain-text'
import { AppError } from '@/lib/errors'
import { createRandom } from '@/lib/stats/random'
import { getCell } from '../cells'
import { textReader } from '../compare/texts'
import { isThere, markDeleted, markRestored } from '../deletion'
import { refuseBeyond } from '../row-limits'
import { getStudy } from '../studies'
import type { DrawnPairs } from './draw'

/** A session as it is stored. */
export type SessionRow = typeof blindSessions.$inferSelect

/** An entry of a session's log. */
export type VerdictRow = typeof blindVerdicts.$inferSelect

// The order must not follow from anything that a person knows, so its seed is not the one of the draw.
const ORDER_SEEDS = 2 ** 47

/** Returns a session of a study, deleted ones excluded. Throws `not_found`. */
export function getSession(db: Db, studyId: string, sessionId: string): SessionRow {
  const row = db
    .select()
    .from(blindSessions)
    .where(isThere(blindSessions, studyId, sessionId))
    .get()
  if (!row) {
    throw new AppError('not_found', 'There is no such blind session; it may have been deleted.')
  }
  return row
}

/** Returns every verdict of a session in the order of time, undone ones included. */
export function verdictLog(db: Db, sessionId: string): VerdictRow[] {
  return db
    .select()
    .from(blindVerdicts)
    .where(eq(blindVerdicts.sessionId, sessionId))
    .orderBy(asc(blindVerdicts.no))
    .all()
}

/** Returns the verdicts that count, by the position of their pair. */
export function standingVerdicts(log: readonly VerdictRow[]): Map<number, VerdictRow> {
  return new Map(log.filter((one) => one.undoneAt === null).map((one) => [one.pair, one]))
}

/** Returns a session as lists show it, without anything that tells what is compared. */
export function describeSession(row: SessionRow, log: readonly VerdictRow[]): BlindSession {
  const standing = [...standingVerdicts(log).values()]
  const skipped = standing.filter(({ verdict }) => verdict === 'skip').length
  return {
    id: row.id,
    person: row.person,
    question: row.plan.question,
    pairs: row.pairs.length,
    judged: standing.length - skipped,
    skipped,
    showSeed: row.plan.showSeed,
    showResponses: row.plan.showResponses,
    createdAt: row.createdAt,
    endedAt: row.endedAt,
  }
}

/** Returns the sessions of a study that are stored, newest first. Throws where one cannot be read. */
export function storedSessions(db: Db, studyId: string): SessionRow[] {
  getStudy(db, studyId)
  const query = db
    .select()
    .from(blindSessions)
    .where(and(eq(blindSessions.studyId, studyId), isNull(blindSessions.deletedAt)))
    .orderBy(desc(blindSessions.createdAt), asc(blindSessions.id))
  const { rows, unreadable } = readableRows(() => query.all())
  if (unreadable[0]) throw unreadable[0].error
  return rows
}

/** Returns the blind sessions of a study, newest first. */
export function listSessions(db: Db, studyId: string): BlindSession[] {
  return storedSessions(db, studyId).map((row) => describeSession(row, verdictLog(db, row.id)))
}

type NewPairs = Pick<SessionRow, 'plan'> & { pairs: Omit<StoredBlindPair, 'isALeft'>[] }

/**
 * Starts a session and returns it: with the pairs that `draw` finds, or with those of another session for another person.
 * Which side stands left is drawn anew for each session and each pair.
 */
export async function startSession(
  db: Db,
  studyId: string,
  given: StartBlind,
  draw: (plan: Extract<StartBlind, { plan: unknown }>['plan']) => Promise<DrawnPairs>,
): Promise<BlindSession> {
  getStudy(db, studyId)
  const person = cleanName(given.person)
  if (person === '') throw new AppError('invalid_input', 'Give a name or initials.')
  refuseBeyond(db, blindSessions, LIMITS.blindSessions, 'blind sessions')
  const orderSeed = randomInt(ORDER_SEEDS)
  let made: NewPairs
  if ('like' in given) {
    const { plan, pairs } = getSession(db, studyId, given.like)
    made = { plan, pairs }
  } else {
    const { pairs, ...counts } = await draw(given.plan)
    made = { plan: { ...given.plan, ...counts, orderSeed }, pairs }
  }
  const random = createRandom(orderSeed)
  const row = {
    id: randomUUID(),
    studyId,
    person,
    plan: { ...made.plan, orderSeed },
    pairs: made.pairs.map((pair) => ({ ...pair, isALeft: random.below(2) === 0 })),
    createdAt: Date.now(),
  }
  db.insert(blindSessions).values(row).run()
  return describeSession(getSession(db, studyId, row.id), [])
}

/** The texts of a row without what would tell where it comes from; null where it was deleted for good. */
function textOf(
  db: Db,
  studyId: string,
  place: StoredBlindPair['a'],
  withResponse: boolean,
): BlindText | null {
  try {
    const row = textReader(db, getCell(db, studyId, place.cellId), true).read(place.idx)
    if (!row) return null
    const { instruction, input, response } = row
    return { instruction, input, response: withResponse ? response : null }
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null
    throw error
  }
}

/** Returns the session with its next pair, null when every pair has a verdict or the session has ended. */
export function sessionState(db: Db, studyId: string, sessionId: string): BlindState {
  const row = getSession(db, studyId, sessionId)
  const log = verdictLog(db, row.id)
  const standing = standingVerdicts(log)
  const { showSeed, showResponses } = row.plan
  const no = row.pairs.findIndex((_, i) => !standing.has(i))
  const pair = row.endedAt === null ? row.pairs[no] : undefined
  const text = (place: StoredBlindPair['a']) => textOf(db, studyId, place, showResponses)
  const last = [...standing.values()].at(-1)
  return {
    session: describeSession(row, log),
    pair: pair
      ? {
          no,
          seed: showSeed && pair.seed ? text(pair.seed) : null,
          left: text(pair.isALeft ? pair.a : pair.b),
          right: text(pair.isALeft ? pair.b : pair.a),
        }
      : null,
    last: last && row.endedAt === null ? { no: last.pair, verdict: last.verdict } : null,
  }
}

function openSession(db: Db, studyId: string, sessionId: string): SessionRow {
  const row = getSession(db, studyId, sessionId)
  if (row.endedAt === null) return row
  throw new AppError('conflict', 'This session has ended; its verdicts no longer change.')
}

/** Stores a verdict on the next pair and returns what follows. Throws `conflict` when another pair is next. */
export function giveVerdict(
  db: Db,
  studyId: string,
  sessionId: string,
  { no, verdict, ms }: GivenVerdict,
): BlindState {
  inTransaction(db, () => {
    openSession(db, studyId, sessionId)
    const { pair } = sessionState(db, studyId, sessionId)
    if (pair?.no !== no) {
      throw new AppError(
        'conflict',
        'This pair is not the next one; it may have been judged in another window. Reload the page.',
      )
    }
    if (verdict !== 'skip' && (pair.left === null || pair.right === null)) {
      throw new AppError('conflict', 'The texts of this pair were deleted. Skip it.')
    }
    db.insert(blindVerdicts)
      .values({ sessionId, pair: no, verdict, ms: Math.round(ms), at: Date.now() })
      .run()
  })
  return sessionState(db, studyId, sessionId)
}

/** Withdraws the last verdict, which stays in the log, and returns the pair it was on. Throws `conflict` without one. */
export function undoVerdict(db: Db, studyId: string, sessionId: string): BlindState {
  inTransaction(db, () => {
    openSession(db, studyId, sessionId)
    const last = [...standingVerdicts(verdictLog(db, sessionId)).values()].at(-1)
    if (!last) throw new AppError('conflict', 'There is no verdict to undo.')
    db.update(blindVerdicts)
      .set({ undoneAt: Date.now() })
      .where(eq(blindVerdicts.no, last.no))
      .run()
  })
  return sessionState(db, studyId, sessionId)
}

/** Ends a session, after which its sides may be shown and no verdict changes. Ending it twice changes nothing. */
export function endSession(db: Db, studyId: string, sessionId: string): BlindSession {
  const row = getSession(db, studyId, sessionId)
  if (row.endedAt === null) {
    db.update(blindSessions)
      .set({ endedAt: Date.now() })
      .where(eq(blindSessions.id, sessionId))
      .run()
  }
  return describeSession(getSession(db, studyId, sessionId), verdictLog(db, sessionId))
}

/** Deletes a session with its verdicts; it can be restored for seven days. Throws `not_found`. */
export function deleteSession(db: Db, studyId: string, sessionId: string): void {
  markDeleted(db, blindSessions, studyId, sessionId, 'blind session')
}

/** Brings a deleted session back. Throws `not_found`. */
export function restoreSession(db: Db, studyId: string, sessionId: string): void {
  markRestored(db, blindSessions, studyId, sessionId, 'blind session')
}
