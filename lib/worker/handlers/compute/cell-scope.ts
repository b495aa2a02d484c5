import type { Db } from '@/db/client'
import { throwIfAborted } from '@/lib/errors'
import type { OtherCell, OtherCellChoice } from '@/lib/metrics/types'
import { currentCells, currentResponseSet, type CellRef } from '@/lib/services/cells'
import { OUTSIDE, PENDING } from '@/lib/services/runs/row-status'
import { keptFile } from './kept-file'
import { loadRows } from './load-rows'
import type { CellWork } from './row-scope'

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

function sentence({ relation, arm, round }: OtherCellChoice): string {
  if (relation === 'seeds') return 'This cell is the seeds, or its seed set has none.'
  if (relation === 'arm') {
    return `There is no evolver "${arm}" in ${round === undefined ? 'this seed set and round' : `round ${round} of this seed set`}.`
  }
  return 'There is no round before this one.'
}

/** The rows of the cell that a cell is to be compared with; without rows and with the reason where there is none. */
function loadOtherCell(
  db: Db,
  studyId: string,
  cellNo: number,
  choice: OtherCellChoice,
): OtherCell {
  const cells = currentCells(db, studyId)
  const own = cells.find(({ no }) => no === cellNo)
  const other = own && own.armId !== null ? cells.find((cell) => isMeant(own, cell, choice)) : null
  if (!other) return { id: null, name: null, rows: [], reason: sentence(choice) }
  const source = {
    cellNo: other.no,
    responseSetNo: currentResponseSet(db, other.no)?.no ?? null,
    alignmentNo: null,
    parent: false,
  }
  const all = Array.from({ length: other.rowCount }, (_, index) => index)
  const place = other.armKey === null ? 'seeds' : `${other.armKey}, round ${other.round}`
  const name = `${other.seedSetKey}, ${place}`
  return { id: other.id, name, rows: loadRows(db, source, all), reason: null }
}

/**
 * Computes a whole cell at once, when any of its rows is pending, and writes all columns in one transaction. The
 * backend's answers are cached one by one and long searches leave what they have in a file, so a kill loses seconds.
 */
export async function computeWholeCell(work: CellWork): Promise<void> {
  const { db, metric, params, tools, cell, source, writer, state } = work
  if (!writer.rowStatus.includes(PENDING) || !metric.computeCell) return
  const members: number[] = []
  writer.rowStatus.forEach((code, idx) => {
    if (code !== OUTSIDE) members.push(idx)
  })
  const rows = loadRows(db, source, members)
  const progress = (done: number, total: number) => {
    const share = total > 0 ? done / total : 0
    state.setAhead(Math.min(members.length - 1, Math.floor(share * members.length)))
  }
  const choice = metric.otherCell?.(params)
  const other = choice && loadOtherCell(db, work.studyId, cell.cellNo, choice)
  const kept = keptFile(db, work.runNo, cell.cellNo)
  const result = await metric.computeCell(rows, params, { ...tools, kept, progress }, other)
  throwIfAborted(tools.signal)
  await work.confirm(tools.signal)
  writer.setColumns(
    Int32Array.from(rows, (row) => row.index),
    result,
  )
  // A file that is replaced later is another one than that of these values.
  const compared = other?.id == null ? {} : { comparedWith: other.id }
  state.commit(cell, writer, [], { ...result.record, ...compared })
  kept.remove()
}
