import { statusCode } from '@/lib/contracts/status'
import { throwIfAborted } from '@/lib/errors'
import type { CellResult, RowResult } from '@/lib/metrics/types'
import { OUTSIDE, PENDING } from '@/lib/services/runs/row-status'
import { keptFile } from './kept-file'
import { loadRows } from './load-rows'
import { loadOtherCell } from './other-cell'
import type { CellWork } from './row-scope'

/** Puts the numbers of values that are no numbers into the columns of a result. */
async function numberCoded(
  { number }: CellWork,
  { columns, coded = {} }: CellResult,
): Promise<void> {
  for (const [key, values] of Object.entries(coded)) {
    const held = values.flatMap((value, index): RowResult[] =>
      value === null ? [] : [{ index, status: 'ok', values: {}, coded: { [key]: value } }],
    )
    const column = columns[key] as CellResult['columns'][string]
    for (const { index, status, values: found } of await number(held)) {
      column.values[index] = Number(found[key] ?? NaN)
      if (status !== 'ok') column.status[index] = statusCode(status)
    }
  }
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
  await numberCoded(work, result)
  writer.setColumns(
    Int32Array.from(rows, (row) => row.index),
    result,
  )
  // A file that is replaced later is another one than that of these values.
  const compared = other?.id == null ? {} : { comparedWith: other.id }
  state.commit(cell, writer, [], { ...result.record, ...compared })
  kept.remove()
}
