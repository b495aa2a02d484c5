import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { numbersSchema, type Reading } from './documents'
import { canReadAside, sideReader } from './side-reader'
import { finishInTurns } from './steps'

/** Rows that one thread searches in some milliseconds. */
export const FEWEST_ROWS = 50_000
/** Readings that the other thread has at a time: one that it does and the next. */
const MOST_WAITING = 2
/** The other thread may have ended a reading. One of texts takes longer here; candidates are read one by one. */
const SLICE_MS = 1

function read(db: Db, { sql, values, take }: Reading): void {
  const why = 'goes over every row of a file, or asks the index of texts'
  take(hotRead(db, { why, sql, row: numbersSchema }).get(...values))
}

/** Does the readings of a search in their order, each a step, but those that `hand` takes. */
export function* readHere<T>(
  db: Db,
  steps: Generator<Reading | null, T>,
  hand: (reading: Reading) => boolean = () => false,
): Generator<void, T> {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    if (value && hand(value)) continue
    if (value) read(db, value)
    yield
  }
}

/**
 * Returns what the steps of a search come to, giving way to other requests; where many rows are searched a second thread
 * takes readings too, so their order is not that of the steps. Stops when the signal is aborted.
 */
export async function inTurns<T>(
  db: Db,
  steps: Generator<Reading | null, T>,
  { rows, signal }: { rows: number; signal?: AbortSignal | undefined },
): Promise<T> {
  if (rows < FEWEST_ROWS || !canReadAside(db)) return finishInTurns(readHere(db, steps), signal)
  const waiting = new Set<Promise<void>>()
  let failure: unknown = null
  const hand = (reading: Reading) => {
    if (failure) throw failure
    if (waiting.size >= MOST_WAITING) return false
    const reply: Promise<void> = sideReader(db)
      .get(reading)
      .then(reading.take, (error: unknown) => {
        failure = error
      })
      .finally(() => waiting.delete(reply))
    waiting.add(reply)
    return true
  }
  let result: T
  try {
    result = await finishInTurns(readHere(db, steps, hand), signal, SLICE_MS)
  } finally {
    // However it ends: a thread that is left while it starts cannot be ended.
    await Promise.all(waiting)
  }
  if (failure) throw failure
  return result
}
