import type { Db } from '@/db/client'
import { hasWords } from '@/lib/contracts/column-kinds'
import type { Description, Difference } from '@/lib/contracts/description'
import type { RowFilter } from '@/lib/contracts/filter'
import type { ColumnInfo } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { listColumns } from '../../columns'
import { yieldToEventLoop } from '../../compare/slots'
import { getStudy } from '../../studies'
import { studyOrder } from '../order'
import { openParts, selectRows, warmSelection, type OpenedParts } from '../select'
import {
  countSorted,
  ofDictionary,
  ofNumbers,
  ofOrigin,
  ofTwoLevels,
  valuesOf,
} from './differences'
import { REST, restOf, SELECTED, sidesOf } from './sides'
import { typicalWords } from './words'

function describedColumns(db: Db, studyId: string, ids: readonly string[] | null): ColumnInfo[] {
  const all = listColumns(db, studyId)
  const isDescribed = ({ shape }: ColumnInfo) => shape === 'scalar' || hasWords(shape)
  if (!ids) return all.filter((column) => !column.hidden && isDescribed(column))
  return ids.map((id) => {
    const column = all.find((one) => one.id === id)
    if (!column) throw new AppError('not_found', `This study has no values of the column "${id}".`)
    if (isDescribed(column)) return column
    throw new AppError(
      'invalid_input',
      `The column "${id}" holds neither numbers nor words that rows share. Leave it out.`,
    )
  })
}

function notesOf(differences: number): string[] {
  return [
    `${differences} columns were compared and sorted by the size of their difference. The largest of so many is larger than it would be in new rows, so read it as a description of these rows; no test was made, and rows of one seed are not independent.`,
    'Columns that the filter itself names differ because they were filtered.',
  ]
}

/**
 * Returns which columns differ most between the rows that a filter keeps and all others of the study, by effect size, and the
 * words that are typical of each side. Throws `invalid_input` where one side is empty.
 */
export async function describeSelection(
  db: Db,
  studyId: string,
  { filter, columns }: { filter: RowFilter; columns: readonly string[] | null },
  signal?: AbortSignal,
): Promise<Description> {
  const started = performance.now()
  getStudy(db, studyId)
  const infos = describedColumns(db, studyId, columns)
  await warmSelection(db, studyId, filter, [], signal)
  const opened: OpenedParts = openParts(db, studyId, filter)
  const { cells, reader } = opened
  const selected = selectRows(db, studyId, filter)
  const sides = sidesOf(cells, selected)
  if (sides.total[REST] === 0 || sides.total[SELECTED] === 0) {
    const what = sides.total[REST] === 0 ? 'all rows' : 'no row'
    throw new AppError(
      'invalid_input',
      `The filter keeps ${what}, so there is nothing to compare. Change the filter.`,
    )
  }
  const differences: Difference[] = []
  const leftOut: Description['leftOut'] = []
  for (const { id, label, group, levels } of infos) {
    signal?.throwIfAborted()
    await yieldToEventLoop()
    for (const cell of cells) await reader.warm(id, cell)
    const named = { column: id, label, group }
    const dictionary = reader.dictionary(id)
    const counted = () => countSorted(sides, studyOrder(db, studyId, cells, id))
    let found: Difference | null
    if (dictionary) found = ofDictionary(sides, named, opened, dictionary)
    else if (levels?.length === 2)
      found = ofTwoLevels(sides, named, levels[1] as string, counted(), valuesOf(opened, id))
    else found = ofNumbers(sides, { ...named, levels }, counted(), valuesOf(opened, id))
    if (found) differences.push(found)
    else leftOut.push({ column: id, label, reason: 'One of the sides has no value.' })
  }
  differences.push(...ofOrigin(db, sides, cells).filter((one) => one !== null))
  differences.sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
  const inside = cells.map((cell) => ({ cell, rows: selected.get(cell.no) ?? new Int32Array() }))
  return {
    selected: sides.total[SELECTED],
    rest: sides.total[REST],
    differences,
    leftOut,
    words: typicalWords(db, inside, restOf(cells, sides)),
    notes: notesOf(differences.length),
    serverMs: Math.round((performance.now() - started) * 10) / 10,
  }
}
