import { createHash } from 'node:crypto'
import type { Db } from '@/db/client'
import { carriesValue } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import type { MeasuredMetric, TagWord } from '@/lib/metrics/types'
import { currentCells, type CellRef } from '../cells'
import { columnReader, listColumns, type ColumnReader } from '.'
import type { Dictionary } from './dictionary'

/** A column of tags of a study, as runs read it. */
export interface TagColumn {
  /** Tags of each row of a cell; null where a row has none there. */
  read(cell: CellRef): (idx: number) => readonly string[] | null
  /** Its tags in natural order, with the rows of the study that have each. */
  words(): TagWord[]
}

const nothing = (id: string, choices: readonly string[]) =>
  new AppError(
    'invalid_input',
    choices.length === 0
      ? 'This study has no column of tags with values. Import one, or ask for tags with "Column from a prompt".'
      : `${id === '' ? 'This study has several columns of tags.' : `There is no column of tags "${id}".`} Name one in the parameter "tags": ${choices.join(', ')}.`,
  )

function dictionaryOf(reader: ColumnReader, id: string): Dictionary {
  const dictionary = reader.dictionary(id)
  if (dictionary?.shape !== 'tags') throw nothing(id, [])
  return dictionary
}

/** Returns the column of tags with this id, which may name a run. Throws `invalid_input` for a column of another kind. */
export function tagColumn(db: Db, studyId: string, id: string): TagColumn {
  const reader = columnReader(db, studyId)
  const dictionary = dictionaryOf(reader, id)
  const read: TagColumn['read'] = (cell) => {
    const { values, status } = reader.read(id, cell)
    return (idx) => {
      if (!carriesValue(status[idx] ?? 0)) return null
      const value = dictionary.valueOf(values[idx] as number)
      return Array.isArray(value) ? (value as readonly string[]) : null
    }
  }
  return {
    read,
    words() {
      const rowsOf = new Uint32Array(dictionary.values.length + 1)
      for (const cell of currentCells(db, studyId)) {
        const { values, status } = reader.read(id, cell)
        values.forEach((number, idx) => {
          if (carriesValue(status[idx] ?? 0)) rowsOf[number] = (rowsOf[number] as number) + 1
        })
      }
      return dictionary.countWords(rowsOf).filter(({ rows }) => rows > 0)
    },
  }
}

/**
 * Returns the parameters of a metric that reads tags with column, run and tags settled, as they go into the definition;
 * those of other metrics as they are. Throws `invalid_input` naming the columns where one has to be chosen.
 */
export function settleTags(
  db: Db,
  studyId: string,
  metric: MeasuredMetric,
  params: Record<string, unknown>,
): Record<string, unknown> {
  if (!metric.inputs.tags) return params
  const wanted = String(params['tags'] ?? '')
  const choices = listColumns(db, studyId)
    .filter(
      ({ shape, runId, metric: owner }) =>
        // Groups are not grouped again.
        shape === 'tags' && runId !== null && !owner.startsWith(`${metric.id}_`),
    )
    .map(({ id }) => id)
  const [name = ''] = wanted.split('@')
  const id = wanted === '' && choices.length === 1 ? (choices[0] as string) : wanted
  if (!choices.includes(wanted === '' ? id : name)) throw nothing(wanted, choices)
  const runId = columnReader(db, studyId).runOf(id)?.id
  if (runId === undefined) throw nothing(wanted, choices)
  const tags = id.includes('@') ? id : `${id}@${runId}`
  const counted = JSON.stringify(tagColumn(db, studyId, tags).words())
  return { ...params, tags, words: createHash('sha256').update(counted).digest('hex') }
}
