import { createHash } from 'node:crypto'
import type { Db } from '@/db/client'
import { carriesValue } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { getMetric } from '@/lib/metrics'
import type { MeasuredMetric, TagWord } from '@/lib/metrics/types'
import { currentCells, type CellRef } from '../cells'
import { columnReader, listColumns } from '.'

/** A column of tags of a study, as runs read it. */
export interface TagColumn {
  /** Tags of each row of a cell; null where a row has none there. */
  read(cell: CellRef): (idx: number) => readonly string[] | null
  /** Its tags in natural order, with the rows of the study that have each. */
  words(): TagWord[]
}

/** Why there is no column to read, with those that there are. */
function nothing(id: string, choices: readonly string[]): string {
  if (choices.length === 0) {
    return 'This study has no column of tags with values. Import one, or ask for tags with "Column from a prompt".'
  }
  const why =
    id === ''
      ? 'This study has several columns of tags.'
      : `There is no column of tags "${id}" that can be read here.`
  return `${why} Name one in the parameter "tags": ${choices.join(', ')}.`
}

/** Returns the column of tags with this id, which may name a run. Throws `invalid_input` for a column of another kind. */
export function tagColumn(db: Db, studyId: string, id: string): TagColumn {
  const reader = columnReader(db, studyId)
  const dictionary = reader.dictionary(id)
  if (dictionary?.shape !== 'tags') throw new AppError('invalid_input', nothing(id, []))
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

/** Whether a column of tags was itself made of tags: nobody means it who names none. */
function isMadeOfTags(metricId: string): boolean {
  const metric = getMetric(metricId)
  return metric.kind === 'measured' && metric.inputs.tags === true
}

/**
 * Returns the parameters of a metric that reads tags with column, run and tags settled, as they go into the definition;
 * those of other metrics as they are; or why there is nothing to read.
 */
export function settleTags(
  db: Db,
  studyId: string,
  metric: MeasuredMetric,
  params: Record<string, unknown>,
): { params: Record<string, unknown> } | { blocked: string } {
  if (!metric.inputs.tags) return { params }
  const wanted = String(params['tags'] ?? '')
  const columns = listColumns(db, studyId).filter(({ shape, runId }) => shape === 'tags' && runId)
  const choices = columns.map(({ id }) => id)
  const usual = columns.filter((column) => !isMadeOfTags(column.metric)).map(({ id }) => id)
  const id = wanted === '' && usual.length === 1 ? (usual[0] as string) : wanted
  const runId = choices.includes(id.split('@')[0] ?? '')
    ? columnReader(db, studyId).runOf(id)?.id
    : undefined
  if (runId === undefined) return { blocked: nothing(wanted, choices) }
  const tags = id.includes('@') ? id : `${id}@${runId}`
  const words = tagColumn(db, studyId, tags).words()
  if (words.length === 0) {
    return { blocked: `The column ${id} has no tags yet. Compute it first.` }
  }
  const hash = createHash('sha256').update(JSON.stringify(words)).digest('hex')
  return { params: { ...params, tags, words: hash } }
}
