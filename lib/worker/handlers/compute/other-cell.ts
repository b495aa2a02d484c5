import { and, desc, eq, ne, or } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { responseSets } from '@/db/schema'
import type { MeasuredMetric, OtherCell, OtherCellChoice } from '@/lib/metrics/types'
import { currentCells, currentResponseSet, type CellRef } from '@/lib/services/cells'
import { pairSlots, slotsNow, type CellSlots } from '@/lib/services/compare/slots'
import { loadRows, type PartnerRows, type RowSource } from './load-rows'

function isMeant(
  own: CellRef,
  other: CellRef,
  { relation, arm, round = own.round }: OtherCellChoice,
): boolean {
  if (other.seedSetId !== own.seedSetId || other.no === own.no) return false
  if (relation === 'seeds') return other.armId === null
  if (relation === 'arm') return other.armKey === arm && other.round === round
  return own.round === 1
    ? other.armId === null
    : other.armId === own.armId && other.round === own.round - 1
}

function sentence({ relation, arm, round, set = '' }: OtherCellChoice): string {
  if (relation === 'seeds') return 'This cell is the seeds, or its seed set has none.'
  if (relation === 'responses') return `These rows have no other set of responses "${set}".`
  if (relation === 'arm') {
    return `There is no evolver "${arm}" in ${round === undefined ? 'this seed set and round' : `round ${round} of this seed set`}.`
  }
  return 'There is no round before this one.'
}

/** A cell that another one is compared with, and how its rows are read. */
interface Found {
  own: CellRef
  cell: CellRef
  source: RowSource
  /** The set of responses, where the choice names one. */
  set: string | null
}

/** The newest set of this name but the one that is compared: a set against itself would be all ties. */
function setNamed(db: Db, cellNo: number, name: string, own: number | null) {
  const isOther = own === null ? undefined : ne(responseSets.no, own)
  const named = or(eq(responseSets.id, name), eq(responseSets.label, name))
  return db
    .select({ no: responseSets.no, id: responseSets.id })
    .from(responseSets)
    .where(and(eq(responseSets.cellNo, cellNo), named, isOther))
    .orderBy(desc(responseSets.no))
    .get()
}

function findOther(
  db: Db,
  studyId: string,
  cellNo: number,
  choice: OtherCellChoice,
  ownSet: number | null = null,
): Found | null {
  const cells = currentCells(db, studyId)
  const own = cells.find(({ no }) => no === cellNo)
  if (!own) return null
  const plain = { alignmentNo: null, parent: false }
  if (choice.relation === 'responses') {
    const set = setNamed(db, cellNo, choice.set ?? '', ownSet)
    const source = { ...plain, cellNo, responseSetNo: set?.no ?? null }
    return set ? { own, cell: own, source, set: set.id } : null
  }
  const cell = own.armId === null ? undefined : cells.find((one) => isMeant(own, one, choice))
  if (!cell) return null
  const responseSetNo = currentResponseSet(db, cell.no)?.no ?? null
  return { own, cell, source: { ...plain, cellNo: cell.no, responseSetNo }, set: null }
}

/** Returns the rows of the cell that a cell is to be compared with; without rows and with the reason where there is none. */
export function loadOtherCell(
  db: Db,
  studyId: string,
  cellNo: number,
  choice: OtherCellChoice,
): OtherCell {
  const found = findOther(db, studyId, cellNo, choice)
  if (!found) return { id: null, name: null, rows: [], reason: sentence(choice) }
  const { cell, source } = found
  const all = Array.from({ length: cell.rowCount }, (_, index) => index)
  const place = cell.armKey === null ? 'seeds' : `${cell.armKey}, round ${cell.round}`
  return {
    id: cell.id,
    name: `${cell.seedSetKey}, ${place}`,
    rows: loadRows(db, source, all),
    reason: null,
  }
}

const paired = new WeakMap<CellSlots, WeakMap<CellSlots, Int32Array>>()

/** Row of the other cell that each row meets at its seed, -1 for none; kept while slots are. */
function rowsThere(db: Db, own: CellRef, other: CellRef): Int32Array {
  if (own.no === other.no) return Int32Array.from({ length: own.rowCount }, (_, idx) => idx)
  const [here, there] = [slotsNow(db, own), slotsNow(db, other)]
  const known = paired.get(here)?.get(there)
  if (known) return known
  const { rowsA, rowsB } = pairSlots(here.slots, there.slots)
  const rows = new Int32Array(own.rowCount).fill(-1)
  rowsA.forEach((row, at) => (rows[row] = rowsB[at] as number))
  const ofHere = paired.get(here) ?? new WeakMap<CellSlots, Int32Array>()
  paired.set(here, ofHere.set(there, rows))
  return rows
}

/** Returns where the rows stand that those of a cell are compared with, and what the run's record says of that. */
export function partnersOf(
  db: Db,
  studyId: string,
  metric: MeasuredMetric,
  { cellNo, responseSetNo }: Pick<RowSource, 'cellNo' | 'responseSetNo'>,
): { compared: PartnerRows | null; notes: Record<string, unknown> | null } {
  const choice = metric.inputs.partner ? metric.otherCell?.(undefined) : undefined
  if (!choice) return { compared: null, notes: null }
  const found = findOther(db, studyId, cellNo, choice, responseSetNo)
  if (!found) return { compared: null, notes: { against: null, reason: sentence(choice) } }
  const { own, cell, source, set } = found
  return {
    compared: { source, rows: rowsThere(db, own, cell) },
    // A file or set that is replaced later is another one than that of these values.
    notes: { comparedWith: cell.id, ...(set === null ? {} : { comparedSet: set }) },
  }
}
