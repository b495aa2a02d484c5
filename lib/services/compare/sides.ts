import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { arms, seedSets, studies } from '@/db/schema'
import type { CompareSeedSet, CompareSide, CompareState } from '@/lib/contracts/compare'
import { AppError } from '@/lib/errors'
import { currentCells, type CellRef } from '../cells'
import { operatorCodes } from '../rows/operators'
import {
  yieldToEventLoop,
  pairSlots,
  rowBySlot,
  slotsOfCell,
  type CellSlots,
  type SlotPairs,
} from './slots'
import { plural } from '@/lib/contracts/format'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { pairsByUnit, unitReader } from './units'

/** The two cells of one seed set, and the rows of them that meet at a slot. */
export interface SeedSetPairing {
  key: string
  label: string
  a: CellRef | null
  b: CellRef | null
  /** Cell of the seed rows themselves, when the study holds them. */
  seeds: CellRef | null
  /** Row of the seed cell at each slot, -1 for none; empty when the study holds no seed texts. */
  seedRows: Int32Array
  slotsA: CellSlots | null
  slotsB: CellSlots | null
  pairs: SlotPairs
  /** Unit of each row of the sides; null where the seed is the unit, or there is no cell. */
  unitsA: Int32Array | null
  unitsB: Int32Array | null
  /** Pairs of which a row has no unit. */
  withoutUnit: number
  state: CompareSeedSet['state']
}

const NO_PAIRS: SlotPairs = {
  slots: new Int32Array(0),
  rowsA: new Int32Array(0),
  rowsB: new Int32Array(0),
  clusters: new Int32Array(0),
  seeds: 0,
  unmatched: 0,
}

const NO_ROWS = new Int32Array(0)

function findCell(all: readonly CellRef[], seedSetKey: string, side: CompareSide): CellRef | null {
  const arm = side.arm === SEEDS_KEY ? null : side.arm
  const round = arm === null ? 0 : side.round
  return (
    all.find(
      (cell) => cell.seedSetKey === seedSetKey && cell.armKey === arm && cell.round === round,
    ) ?? null
  )
}

function checkArm(db: Db, studyId: string, side: CompareSide): void {
  if (side.arm === SEEDS_KEY) return
  const known = db
    .select({ key: arms.key })
    .from(arms)
    .where(eq(arms.studyId, studyId))
    .all()
    .map((arm) => arm.key)
  if (known.includes(side.arm)) return
  throw new AppError(
    'not_found',
    `This study has no evolver "${side.arm}". Choose one of: ${[SEEDS_KEY, ...known].join(', ')}.`,
  )
}

function chosenSeedSets(db: Db, studyId: string, keys: readonly string[]) {
  const all = db
    .select({ key: seedSets.key, label: seedSets.label })
    .from(seedSets)
    .where(eq(seedSets.studyId, studyId))
    .orderBy(asc(seedSets.position), asc(seedSets.key))
    .all()
  if (keys.length === 0) return all
  const unknown = keys.find((key) => !all.some((set) => set.key === key))
  if (unknown !== undefined) {
    throw new AppError('not_found', `This study has no seed set "${unknown}".`)
  }
  return all.filter((set) => keys.includes(set.key))
}

function stateOf(a: CellRef | null, b: CellRef | null, pairs: SlotPairs): CompareSeedSet['state'] {
  if (!a && !b) return 'missing_both'
  if (!a) return 'missing_a'
  if (!b) return 'missing_b'
  if (nRows(a) === 0 || nRows(b) === 0) return 'no_operator'
  return pairs.slots.length > 0 ? 'aligned' : 'not_aligned'
}

/** Returns a cell in which rows of other operators hold no row; seeds have no operator and stay whole. */
function restricted(db: Db, cell: CellRef | null, operators: readonly string[]): CellRef | null {
  if (!cell || operators.length === 0 || cell.armKey === null) return cell
  const { names, codes } = operatorCodes(db, cell.no, cell.rowCount)
  const isKept = [false, ...names.map((name) => operators.includes(name))]
  const before = new Set(cell.skipped)
  const skipped: number[] = []
  for (let row = 0; row < codes.length; row += 1) {
    if (!isKept[codes[row] as number] || before.has(row)) skipped.push(row)
  }
  return { ...cell, skipped }
}

/** Throws `not_found` for an operator that no row of these cells has. */
function checkOperators(db: Db, cells: readonly CellRef[], operators: readonly string[]): void {
  if (operators.length === 0) return
  const known = new Set(cells.flatMap(({ no, rowCount }) => operatorCodes(db, no, rowCount).names))
  const unknown = operators.find((name) => !known.has(name))
  if (unknown === undefined) return
  const choice =
    known.size > 0 ? `Choose one of: ${[...known].sort().join(', ')}.` : 'No row has one.'
  throw new AppError('not_found', `No row of this study has the operator "${unknown}". ${choice}`)
}

/** Slots of the rows that count; those of skipped positions are taken out. */
function slotsThatCount(slots: CellSlots, { skipped }: CellRef): CellSlots {
  const counted = slots.slots.slice()
  for (const row of skipped) counted[row] = -1
  return { ...slots, slots: counted }
}

/** Refuses units that two seed sets share: sets are resampled each for itself, as if they were independent. */
function checkShared(
  name: string,
  set: { label: string },
  units: Set<number>,
  before: Set<number>,
) {
  const shared = [...units].filter((unit) => before.has(unit)).length
  if (shared > 0) {
    throw new AppError(
      'invalid_input',
      `${plural(shared, name)} of ${set.label} ${shared === 1 ? 'is' : 'are'} in another seed set too, so the sets are not independent. Choose one seed set.`,
    )
  }
  for (const unit of units) before.add(unit)
}

/** Returns the cells of both sides per seed set with their rows paired at seed slots. Throws `not_found`. */
export async function pairSides(
  db: Db,
  studyId: string,
  state: CompareState,
): Promise<SeedSetPairing[]> {
  const study = db
    .select({ id: studies.id })
    .from(studies)
    .where(and(eq(studies.id, studyId), isNull(studies.deletedAt)))
    .get()
  if (!study) throw new AppError('not_found', 'There is no such study. It may have been deleted.')
  checkArm(db, studyId, state.a)
  checkArm(db, studyId, state.b)
  const all = currentCells(db, studyId)
  checkOperators(db, all, state.operators)
  const reader = unitReader(db, studyId, state)
  const used = new Set<number>()
  const pairings: SeedSetPairing[] = []
  for (const set of chosenSeedSets(db, studyId, state.seedSets)) {
    const a = restricted(db, findCell(all, set.key, state.a), state.operators)
    const b = restricted(db, findCell(all, set.key, state.b), state.operators)
    const seeds = findCell(all, set.key, { arm: SEEDS_KEY, round: 0, runs: [] })
    const slotsA = a ? slotsThatCount(await slotsOfCell(db, a), a) : null
    const slotsB = b ? slotsThatCount(await slotsOfCell(db, b), b) : null
    const bySlot = slotsA && slotsB ? pairSlots(slotsA.slots, slotsB.slots) : NO_PAIRS
    const unitsA = reader && a ? await reader.of(a) : null
    const unitsB = reader && b ? await reader.of(b) : null
    const byUnit = unitsA && unitsB ? pairsByUnit(bySlot, unitsA, unitsB) : null
    if (reader && byUnit) checkShared(reader.name, set, byUnit.units, used)
    const pairs = byUnit?.pairs ?? bySlot
    if (reader && bySlot.slots.length > 0 && pairs.slots.length === 0) {
      throw new AppError(
        'invalid_input',
        `${set.label}: no pair of rows has a ${reader.name} on both sides. Choose another unit.`,
      )
    }
    const seedRows = seeds ? rowBySlot((await slotsOfCell(db, seeds)).slots) : NO_ROWS
    await yieldToEventLoop()
    pairings.push({
      ...set,
      a,
      b,
      seeds,
      seedRows,
      slotsA,
      slotsB,
      pairs,
      unitsA,
      unitsB,
      withoutUnit: byUnit?.without ?? 0,
      state: stateOf(a, b, pairs),
    })
  }
  return pairings
}

function nRows(cell: CellRef | null): number {
  return cell ? cell.rowCount - cell.skipped.length : 0
}

/** Returns what the page says of one seed set. */
export function describePairing(pairing: SeedSetPairing): CompareSeedSet {
  return {
    key: pairing.key,
    label: pairing.label,
    state: pairing.state,
    cellA: pairing.a?.id ?? null,
    cellB: pairing.b?.id ?? null,
    rowsA: nRows(pairing.a),
    rowsB: nRows(pairing.b),
    aligned: pairing.pairs.slots.length,
    seeds: pairing.pairs.seeds,
    withoutUnit: pairing.withoutUnit,
    unmatched: pairing.pairs.unmatched,
    alignmentA: pairing.slotsA?.kind ?? null,
    alignmentB: pairing.slotsB?.kind ?? null,
  }
}
