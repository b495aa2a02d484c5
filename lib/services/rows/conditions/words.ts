import type { Db } from '@/db/client'
import { exclude, fullMask, intersect, type Mask } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import type { FindField } from '@/lib/contracts/find'
import { parseWords, phrasesOf, type WordQuery } from '@/lib/contracts/word-query'
import { AppError } from '@/lib/errors'
import type { CellRef } from '../../cells'
import { findRows, warmFind } from '../../search'
import { phraseMatcher } from '../../search/matcher'
import type { ConditionKind, Keep } from './types'

function read({ query }: { query: string }): WordQuery {
  const parsed = parseWords(query)
  if ('query' in parsed) return parsed.query
  const { message, at } = parsed.error
  throw new AppError('invalid_input', `${message} (character ${at + 1})`, { details: { at } })
}

/** The rows of a cell that a search for words finds: its phrases may stand in different texts of a row. */
function rowsOf(query: WordQuery, only: FindField | undefined, db: Db, cell: CellRef): Mask {
  if ('words' in query) return findRows(db, cell, phraseMatcher(query, only))
  if ('not' in query) {
    const others = fullMask(cell.rowCount)
    exclude(others, rowsOf(query.not, only, db, cell))
    return others
  }
  const isAll = 'all' in query
  const parts = (isAll ? query.all : query.any).map((part) => rowsOf(part, only, db, cell))
  const mask = isAll ? fullMask(cell.rowCount) : new Uint8Array(cell.rowCount)
  for (const part of parts) {
    if (isAll) intersect(mask, part)
    else for (let row = 0; row < mask.length; row += 1) if (part[row] === 1) mask[row] = 1
  }
  return mask
}

export const words: ConditionKind<AtomOf<'words'>> = {
  async warm({ db, cells }, atom, signal) {
    for (const phrase of phrasesOf(read(atom), true)) {
      const matcher = phraseMatcher(phrase, atom.in)
      await warmFind(db, cells, matcher, signal)
    }
  },
  open({ db }, atom): Keep {
    const query = read(atom)
    return (mask, cell) => intersect(mask, rowsOf(query, atom.in, db, cell))
  },
}
