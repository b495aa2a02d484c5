import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { allIndexes } from '@/lib/columns/filter'
import { joinGroups, rootOf } from '@/lib/columns/groups'
import { sortPermutation } from '@/lib/columns/sort'
import { WORDING_LIKENESSES } from '@/lib/contracts/find'
import { carriesValue } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { likenessOf, SKETCH_SIZE, unpackSketch } from '@/lib/metrics/texts/sketch'
import type { CellRef } from '../cells'
import type { ColumnReader } from '../columns'
import { cachesOf } from '../columns/cache'
import { finish, finishInTurns } from '../search/steps'

const COLUMN = 'wording.sketch'
/**
 * Numbers of a sketch that are compared at once: rows that agree in all of one band are looked at. With 32 bands of four, two rows that
 * share 60 % of their sequences are found in 98 of 100 cases, 70 % in 9,998 of 10,000.
 */
const BAND = 4
/** Rows between two chances for others: some milliseconds. */
const STEP_ROWS = 10_000
/** Rows before a row in its band that it is compared with, besides the first one: most of a band are alike, and chains join them. */
const BEFORE = 1

/** Pairs of rows that are alike in wording, enough to join the groups at each likeness. */
export interface WordingLinks {
  a: Int32Array
  b: Int32Array
  /** Places of their likeness in WORDING_LIKENESSES. */
  levels: Uint8Array
}

/** Sketches of the rows of cells, one after the other. */
interface Sketches {
  bytes: Uint8Array
  /** Rows that have one. */
  rows: Int32Array
}

function* readSketches(reader: ColumnReader, cells: readonly CellRef[]): Generator<void, Sketches> {
  const n = cells.reduce((sum, { rowCount }) => sum + rowCount, 0)
  const bytes = new Uint8Array(n * SKETCH_SIZE)
  const rows = new Int32Array(n)
  let [start, found] = [0, 0]
  for (const cell of cells) {
    const { values, status, width } = reader.read(COLUMN, cell)
    for (let row = 0; row < cell.rowCount; row += 1) {
      if (!carriesValue(status[row] ?? 0)) continue
      unpackSketch(values, row * width, bytes, (start + row) * SKETCH_SIZE)
      rows[found++] = start + row
    }
    start += cell.rowCount
    yield
  }
  return { bytes, rows: rows.subarray(0, found) }
}

/** The level that so many equal numbers of two sketches reach; -1 where it is none. */
const LEVELS = Int8Array.from({ length: SKETCH_SIZE + 1 }, (_, equal) =>
  WORDING_LIKENESSES.findLastIndex((least) => likenessOf(equal) >= least - 1e-9),
)

/** Collects pairs that join groups which were apart at their likeness. */
class LinkList {
  readonly #groups: Int32Array[]
  #pairs = new Int32Array(1024)
  #levels = new Uint8Array(512)
  #count = 0

  constructor(rows: number) {
    this.#groups = WORDING_LIKENESSES.map(() => allIndexes(rows))
  }

  add(a: number, b: number, level: number): void {
    if (level < 0 || !joinGroups(this.#groups[level] as Int32Array, a, b)) return
    for (let k = 0; k < level; k += 1) joinGroups(this.#groups[k] as Int32Array, a, b)
    if (this.#count === this.#levels.length) {
      const [pairs, levels] = [this.#pairs, this.#levels]
      this.#pairs = new Int32Array(pairs.length * 2)
      this.#pairs.set(pairs)
      this.#levels = new Uint8Array(levels.length * 2)
      this.#levels.set(levels)
    }
    this.#pairs[2 * this.#count] = a
    this.#pairs[2 * this.#count + 1] = b
    this.#levels[this.#count++] = level
  }

  taken(): WordingLinks {
    const of = (k: number) =>
      Int32Array.from({ length: this.#count }, (_, i) => this.#pairs[2 * i + k] as number)
    return { a: of(0), b: of(1), levels: this.#levels.slice(0, this.#count) }
  }
}

const SEVEN_BITS = 0x7f7f7f7f
const HIGH_BITS = 0x80808080

/** How many bytes of two sketches are equal, four at a time. */
function equalBytes(words: Uint32Array, a: number, b: number): number {
  let equal = 0
  for (let k = 0; k < SKETCH_SIZE / 4; k += 1) {
    const differs =
      (words[(a * SKETCH_SIZE) / 4 + k] as number) ^ (words[(b * SKETCH_SIZE) / 4 + k] as number)
    // The high bit of each byte that is zero.
    let zeros = ~(((differs & SEVEN_BITS) + SEVEN_BITS) | differs) & HIGH_BITS
    for (; zeros !== 0; zeros &= zeros - 1) equal += 1
  }
  return equal
}

/** Goes through groups of rows with equal keys; `visit` gets a row's place in the order, and that of the first of its group. */
function* eachGroup(
  members: Int32Array,
  key: (row: number) => number,
  visit: (order: Int32Array, at: number, first: number) => void,
): Generator<void> {
  const keys = new Float64Array(members.length)
  for (let i = 0; i < members.length; i += 1) keys[i] = key(members[i] as number)
  const places = sortPermutation(keys)
  const order = places.map((at) => members[at] as number)
  yield
  let first = 0
  for (let at = 1; at < order.length; at += 1) {
    if (keys[places[at] as number] !== keys[places[first] as number]) first = at
    else visit(order, at, first)
    if (at % STEP_ROWS === 0) yield
  }
  yield
}

/** Finds rows that are alike, band by band; of rows with equal sketches the first one is compared for all. */
function* findLinks(
  reader: ColumnReader,
  cells: readonly CellRef[],
): Generator<void, WordingLinks> {
  const { bytes, rows } = yield* readSketches(reader, cells)
  const links = new LinkList(bytes.length / SKETCH_SIZE)
  const words = new Uint32Array(bytes.buffer)
  const isRepeated = new Uint8Array(bytes.length / SKETCH_SIZE)
  const keyOf = (row: number, band: number) => words[(row * SKETCH_SIZE + band) / 4] as number
  // Two bands tell nearly all sketches apart; the bytes decide.
  const twoBands = (row: number) => keyOf(row, 0) + (keyOf(row, BAND) & 0xfffff) * 2 ** 32
  yield* eachGroup(rows, twoBands, (order, at, first) => {
    const [row, same] = [order[at] as number, order[first] as number]
    if (equalBytes(words, same, row) < SKETCH_SIZE) return
    isRepeated[row] = 1
    links.add(same, row, WORDING_LIKENESSES.length - 1)
  })
  const distinct = rows.filter((row) => isRepeated[row] === 0)
  const compare = (row: number, other: number) =>
    links.add(other, row, LEVELS[equalBytes(words, other, row)] as number)
  for (let band = 0; band < SKETCH_SIZE; band += BAND) {
    yield* eachGroup(
      distinct,
      (row) => keyOf(row, band),
      (order, at, first) => {
        const row = order[at] as number
        if (first < at - BEFORE) compare(row, order[first] as number)
        for (let other = Math.max(first, at - BEFORE); other < at; other += 1)
          compare(row, order[other] as number)
      },
    )
  }
  return links.taken()
}

/** Where the links of cells are kept: as long as the run holds the same values. */
function placeOf(db: Db, reader: ColumnReader, cells: readonly CellRef[]) {
  const run = reader.runOf(COLUMN)
  if (run === null)
    throw new AppError(
      'invalid_input',
      'Copies in wording are found by the metric "Wording", which this study has no run of. Compute it, or look for exact copies.',
    )
  // Runs of one definition fill each other's gaps.
  const versions = hotRead(db, {
    why: 'counts with every page of rows',
    sql: `select coalesce(sum(rc.version), 0) from runs r join run_cells rc on rc.run_no = r.no
      where r.definition_hash = ? and r.study_id = (select study_id from runs where no = ?)`,
    row: z.number(),
  })
  const stamp = `${run.no} ${versions.get(run.definitionHash, run.no)}`
  return [`wording/${cells.map(({ no }) => no).join(' ')}`, stamp] as const
}

const bytesOf = ({ levels }: WordingLinks) => levels.length * 9

function linksOf(db: Db, reader: ColumnReader, cells: readonly CellRef[]): WordingLinks {
  return cachesOf(db).results.get(...placeOf(db, reader, cells), bytesOf, () =>
    finish(findLinks(reader, cells)),
  )
}

/**
 * Returns for each row of the cells, one after the other, the first row of its group: rows are joined that are at least so alike in
 * wording. Throws `invalid_input` without a run of the metric.
 */
export function wordingGroups(
  db: Db,
  reader: ColumnReader,
  cells: readonly CellRef[],
  likeness: number,
): Int32Array {
  const { a, b, levels } = linksOf(db, reader, cells)
  const groups = allIndexes(cells.reduce((sum, { rowCount }) => sum + rowCount, 0))
  const least = WORDING_LIKENESSES.findIndex((one) => one >= likeness - 1e-9)
  for (let i = 0; i < levels.length; i += 1)
    if ((levels[i] as number) >= least) joinGroups(groups, a[i] as number, b[i] as number)
  return groups.map((_, row) => rootOf(groups, row))
}

/** Does ahead what `wordingGroups` reads, giving way to other requests. */
export async function warmWording(
  db: Db,
  reader: ColumnReader,
  cells: readonly CellRef[],
  signal?: AbortSignal,
): Promise<void> {
  const place = placeOf(db, reader, cells)
  const cache = cachesOf(db).results
  if (cache.peek(...place)) return
  const links = await finishInTurns(findLinks(reader, cells), signal)
  cache.put(...place, links, bytesOf(links))
}
