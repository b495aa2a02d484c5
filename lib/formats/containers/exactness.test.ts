import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../format-error'
import { rawRows } from '@/lib/testing/formats/collect'
import { ExactParser } from './json-exact'
import type { ExactResult } from './json-exact'
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
  ...'{ } [ ] , : " \\ \\u0061 \\ud83d \\ude42 NaN -0 1e5 1E5 1.0 0.50 -0.0 0 1e999 true "a" "a": "__proto__": é 🙂 \\"'.split(
    ' ',
  ),
  ' ',
  '9007199254740993',
  '0.1234567890123456789',
)
const edit = fc.tuple(fc.nat(60), fc.nat(3), fc.option(piece, { nil: '' }))
/** JSON objects with up to three random cuts and insertions: some valid, most not. */
const text = fc
  .tuple(base, fc.array(edit, { maxLength: 3 }))
  .map(([start, edits]) =>
    edits.reduce<string>(
      (all, [at, cut, put]) => all.slice(0, at) + put + all.slice(at + cut),
      start,
    ),
  )
  .filter((made) => made.startsWith('{') && !/\p{Surrogate}/u.test(made))

type Outcome = { value: unknown; keys: readonly string[]; literals: unknown } | 'refused'

function exact(made: string): ExactResult | ExactError {
  try {
    return new ExactParser(made, OPTIONS).parse()
  } catch (error) {
    if (error instanceof ExactError) return error
    throw error
  }
}

/** What a reader must give. */
function expected(made: string): Outcome {
  const result = exact(made)
  if (result instanceof ExactError) return 'refused'
  return { value: result.value, keys: result.keys, literals: result.literals }
}

async function read(made: string, name: string): Promise<Outcome> {
  // The first row sets the keys, so that the short cut for rows of one shape is tried.
  const first = '{"a":"p","b":"q"}'
  const content = name === 'x.jsonl' ? `${first}\n${made}` : `[${first},${made}]`
  try {
    const row = (await rawRows(content, { name, chunkBytes: 1 + (made.length % 40) }))[1]
    if (!row || row.error) return 'refused'
    return { value: row.value, keys: row.keys, literals: row.literals }
  } catch (error) {
    if (error instanceof FormatError) return 'refused'
    throw error
  }
}

/** True when JSON.parse and the exact parser agree, or differ where they should. */
function agree(made: string): boolean {
  const result = exact(made)
  let plain: unknown
  try {
    plain = JSON.parse(made)
  } catch {
    return result instanceof ExactError || result.hasNonfinite
  }
  if (result instanceof ExactError) return STRICTER.has(result.reason)
  return result.literals !== null || isDeepStrictEqual(result.value, plain)
}

describe('exactness', () => {
  it('the exact parser accepts what JSON.parse accepts, apart from what it refuses on purpose', () => {
    const check = fc.property(text, (made) => agree(made))
    expect(fc.check(check, { numRuns: 3000 })).toMatchObject({
      failed: false,
      counterexample: null,
    })
  })

  it('JSONL gives what the exact parser gives', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (made) => {
        expect(await read(made, 'x.jsonl')).toEqual(expected(made))
      }),
      { numRuns: 1000 },
    )
  })

  it('a JSON array gives what the exact parser gives', async () => {
    // An array may take a broken element apart differently: only good ones are compared.
    const good = text.filter((made) => expected(made) !== 'refused')
    await fc.assert(
      fc.asyncProperty(good, async (made) => {
        expect(await read(made, 'x.json')).toEqual(expected(made))
      }),
      { numRuns: 500 },
    )
  })
})
