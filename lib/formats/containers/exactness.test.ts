import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../format-error'
import { rawRows } from '../testing/collect'
import type { RawRow } from '../types'
import { ExactParser } from './json-exact'
import { ExactError } from './json-string'
import type { ExactOptions } from './json-string'

const OPTIONS: ExactOptions = {
  duplicateKeys: 'error',
  loneSurrogates: 'error',
  nul: 'keep',
  maxDepth: 64,
}
// Refused on purpose where JSON.parse is silent.
const STRICTER = new Set(['duplicate_key', 'overflow', 'lone_surrogate'])

const base = fc.constantFrom(
  '{"a":"x","b":"y"}',
  '{"a":{"b":[1,2,{"c":null}]},"b":"\\ud83d\\ude42"}',
  '{"id":12345678901234567890,"a":"é"}',
  '{"1":2,"a":"a"}',
)
const piece = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '\\u0061',
    '\\ud83d',
    '\\ude42',
    'NaN',
    '-0',
    '1e5',
    '1e999',
  ],
  ...[
    '9007199254740993',
    '0.1234567890123456789',
    'true',
    '"a"',
    '"a":',
    '"__proto__":',
    ' ',
    'é',
    '🙂',
    '\\"',
  ],
)
const edit = fc.tuple(fc.nat(60), fc.nat(3), fc.option(piece, { nil: '' }))
/** JSON objects with up to three random cuts and insertions: some valid, most not. */
const text = fc
  .tuple(base, fc.array(edit, { maxLength: 3 }))
  .map(([start, edits]) =>
    edits.reduce((all, [at, cut, put]) => all.slice(0, at) + put + all.slice(at + cut), start),
  )
  .filter((made) => made.startsWith('{') && !/\p{Surrogate}/u.test(made))

function exact(made: string) {
  try {
    return new ExactParser(made, OPTIONS).parse()
  } catch (error) {
    if (error instanceof ExactError) return error
    throw error
  }
}

async function read(made: string, name: string): Promise<RawRow | FormatError> {
  // The first row sets the keys, so that the short cut for rows of one shape is tried.
  const first = '{"a":"p","b":"q"}'
  const content = name === 'x.jsonl' ? `${first}\n${made}` : `[${first},${made}]`
  try {
    const rows = await rawRows(content, { name, chunkBytes: 1 + (made.length % 40) })
    return (rows[1]?.error ?? rows[1]) as RawRow | FormatError
  } catch (error) {
    if (error instanceof FormatError) return error
    throw error
  }
}

describe('exactness', () => {
  it('the exact parser accepts what JSON.parse accepts, apart from what it refuses on purpose', () => {
    fc.assert(
      fc.property(text, (made) => {
        const result = exact(made)
        let plain: unknown
        try {
          plain = JSON.parse(made)
        } catch {
          expect(result instanceof ExactError || result.hasNonfinite).toBe(true)
          return
        }
        if (result instanceof ExactError) expect(STRICTER).toContain(result.reason)
        else if (!result.literals) expect(result.value).toEqual(plain)
      }),
      { numRuns: 3000 },
    )
  })

  it.each(['x.json', 'x.jsonl'])(
    'the reader gives what the exact parser gives (%s)',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(text, async (made) => {
          const expected = exact(made)
          const row = await read(made, name)
          if (!(expected instanceof ExactError)) {
            const { value, keys, literals } = expected
            expect(row).toMatchObject({ error: null, keys, literals })
            expect((row as RawRow).value).toEqual(value)
          } else if (name === 'x.jsonl') expect(row).toBeInstanceOf(FormatError)
        }),
        { numRuns: 1000 },
      )
    },
  )
})
