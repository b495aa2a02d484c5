import { FIND_FIELDS, type Find, type FindField } from '@/lib/contracts/find'
import { placesOfPhrase, type Phrase } from '@/lib/contracts/word-query'
import { AppError } from '@/lib/errors'
import type { IndexQuery } from './documents'
import { compileRegex } from './regex'
import { foldsAlike, literalsOf, trigramQuery } from './trigrams'

/** What is looked for in texts. */
export interface Matcher {
  /** Tells it from every other one. */
  key: string
  fields: readonly FindField[]
  /** What the index is asked, if it can say anything; `isExact` when its answer needs no second look. */
  index: (IndexQuery & { isExact: boolean }) | null
  /** SQL over one column that tests its text, where SQL can: with the value that is bound. */
  sql: { test(column: string): string; value: string } | null
  test(text: string): boolean
  /** Returns where a text matches, in order and apart from each other, at most so many places. */
  places(text: string, most: number): [number, number][]
}

/** What the trigrams are asked; a quarter of a study of twenty files takes some 40 ms where all of them are frequent. */
function trigrams(query: string | null): Matcher['index'] {
  return query === null ? null : { table: 'text_trigrams', query, span: 16, isExact: false }
}

function fieldsOf(only: FindField | undefined): readonly FindField[] {
  return only ? [only] : FIND_FIELDS
}

/** SQLite folds the case of ASCII letters only; other scripts with case are folded here. */
function foldsInSql(needle: string): boolean {
  return /^\p{ASCII}*$/u.test(needle) || needle === needle.toUpperCase()
}

// What follows a NUL is not searched: SQLite's patterns end there.
function upToNul(text: string): string {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

function placesOfText(text: string, needle: string, most: number): [number, number][] {
  const found: [number, number][] = []
  for (let at = text.indexOf(needle); at >= 0 && found.length < most;) {
    found.push([at, at + needle.length])
    at = text.indexOf(needle, at + needle.length)
  }
  return found
}

/** Small letters of the same length as the text, so that places stay: a sign that becomes two is left as it is. */
function foldInPlace(text: string): string {
  const small = text.toLowerCase()
  if (small.length === text.length) return small
  return [...text]
    .map((sign) => (sign.toLowerCase().length === sign.length ? sign.toLowerCase() : sign))
    .join('')
}

function textMatcher({ text, matchCase, in: only }: Find & { is: 'text' }): Matcher {
  const fields = fieldsOf(only)
  const key = JSON.stringify(['text', matchCase ? text : text.toLowerCase(), matchCase, only])
  if (matchCase) {
    const query = trigramQuery([text])
    return {
      key,
      fields,
      index: trigrams(query),
      sql: { test: (column) => `instr(${column}, ?) > 0`, value: text },
      test: (own) => own.includes(text),
      places: (own, most) => placesOfText(own, text, most),
    }
  }
  const needle = text.toLowerCase()
  const isPlain = foldsInSql(needle)
  const query = trigramQuery([needle], isPlain ? undefined : foldsAlike)
  const pattern = `%${needle.replace(/[\\%_]/g, '\\$&')}%`
  return {
    key,
    fields,
    index: trigrams(query),
    sql: isPlain ? { test: (column) => `${column} like ? escape '\\'`, value: pattern } : null,
    test: (own) => upToNul(own).toLowerCase().includes(needle),
    places: (own, most) => placesOfText(foldInPlace(upToNul(own)), needle, most),
  }
}

/** Returns what finds a phrase: the index alone where it holds the texts. */
export function phraseMatcher(phrase: Phrase, only?: FindField): Matcher {
  const { words, isPrefix } = phrase
  const quoted = `"${words.join(' ')}"${isPrefix ? ' *' : ''}`
  return {
    key: JSON.stringify(['words', words, isPrefix, only]),
    fields: fieldsOf(only),
    index: {
      table: 'text_words',
      query: only ? `${only} : ${quoted}` : quoted,
      // The words with a beginning are collected for each look.
      span: isPrefix ? 64 : 1,
      isExact: true,
    },
    sql: null,
    test: (text) => placesOfPhrase(text, phrase, 1).length > 0,
    places: (text, most) => placesOfPhrase(text, phrase, most),
  }
}

function regexMatcher({ pattern, ignoreCase = false, in: only }: Find & { is: 'regex' }): Matcher {
  const compiled = compileRegex(pattern, ignoreCase)
  if ('error' in compiled) {
    const { message, at } = compiled.error
    throw new AppError('invalid_input', `${message} (character ${at + 1})`, { details: { at } })
  }
  const { regex } = compiled
  // Flags inside of the pattern may switch the case off; few signs beyond ASCII fold alike everywhere.
  const folds = ignoreCase || pattern.includes('(?')
  const isAscii = (signs: string) => /^\p{ASCII}*$/u.test(signs)
  const query = trigramQuery(literalsOf(pattern), folds ? isAscii : undefined)
  return {
    key: JSON.stringify(['regex', pattern, ignoreCase, only]),
    fields: fieldsOf(only),
    index: trigrams(query),
    sql: null,
    test: (text) => regex.test(text),
    places(text, most) {
      const found: [number, number][] = []
      const matcher = regex.matcher(text)
      while (found.length < most && matcher.find()) {
        // A match of nothing has no place that could be shown.
        if (matcher.end() > matcher.start()) found.push([matcher.start(), matcher.end()])
      }
      return found
    },
  }
}

/** Returns what finds a text or a regular expression; throws `invalid_input` with the place where a pattern cannot be run. */
export function matcherOf(find: Exclude<Find, { is: 'words' }>): Matcher {
  return find.is === 'text' ? textMatcher(find) : regexMatcher(find)
}
