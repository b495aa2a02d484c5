import type { ColumnKind } from '@/lib/contracts/column-kinds'
import { LIMITS } from '@/lib/contracts/limits'
import { readKind, type RawValue } from './kinds'

/** What a column seems to hold, and why another kind may be meant. */
export interface KindGuess {
  kind: ColumnKind
  doubt: string | null
}

// Of the values looked at: a column that seldom repeats one holds texts.
const REPEATS = 2
const DECIMAL_COMMA = /^\s*[-+]?\d+,\d+\s*$/
const LEADING_ZERO = /^\s*0\d/
const SEPARATED = /[^\s;|,]\s*[;|,]\s*[^\s;|,]/
// A sentence has commas too; words between them are few in a list.
const LISTED_CHARACTERS = 80

const every = (values: readonly RawValue[], kind: ColumnKind) =>
  values.every((value) => 'value' in readKind(kind, value))

const sure = (kind: ColumnKind): KindGuess => ({ kind, doubt: null })

function guessText(texts: readonly string[], values: readonly RawValue[]): KindGuess {
  const distinct = new Set(texts).size
  const isRepeated = distinct * REPEATS <= texts.length && distinct <= LIMITS.categories
  const kind = isRepeated && every(values, 'category') ? 'category' : 'text'
  if (texts.some((text) => DECIMAL_COMMA.test(text)))
    return {
      kind,
      doubt: 'Some values have a comma, which may be a decimal sign; numbers need a point.',
    }
  const listed = texts.filter((text) => SEPARATED.test(text)).length
  if (listed * 2 >= texts.length && texts.every((text) => text.length <= LISTED_CHARACTERS))
    return {
      kind,
      doubt: 'The values look like lists; if so, choose tags and what separates them.',
    }
  return { kind, doubt: null }
}

/** Returns the kind of column that values (none of them absent) seem to be of; null where no kind reads them. */
export function guessKind(values: readonly RawValue[]): KindGuess | null {
  if (values.length === 0) return null
  if (values.every(({ raw }) => Array.isArray(raw)))
    return every(values, 'tags') ? sure('tags') : null
  if (values.every(({ raw }) => typeof raw === 'boolean')) return sure('boolean')
  if (!values.every(({ raw }) => typeof raw !== 'object')) return null
  const texts = values.map(({ raw, literal }) => literal ?? String(raw))
  if (texts.every((text) => /^\s*(true|false)\s*$/i.test(text))) return sure('boolean')
  if (texts.some((text) => LEADING_ZERO.test(text)))
    return {
      ...guessText(texts, values),
      doubt: 'Numbers that begin with 0 would lose it as numbers.',
    }
  if (every(values, 'number')) {
    const isFlag = every(values, 'boolean')
    return {
      kind: 'number',
      doubt: isFlag ? 'Only 0 and 1: choose boolean if they mean no and yes.' : null,
    }
  }
  if (every(values, 'tags')) return sure('tags')
  if (every(values, 'boolean'))
    return { kind: 'category', doubt: 'Choose boolean if the words mean no and yes.' }
  return guessText(texts, values)
}
