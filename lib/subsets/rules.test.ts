import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { statusCode } from '@/lib/contracts/status'
import { subsetRulesSchema } from '@/lib/contracts/subset'
import { applyRules, type Step } from '.'
import type { RuleData } from './types'

interface Row {
  value: number | null
  cell: number
  text: string
}

/** A study of these rows, whose only column is their value. */
function dataOf(rows: readonly Row[]): RuleData {
  const none = () => {
    throw new Error('not asked')
  }
  const codes = (of: (row: Row) => string) => {
    const names = [...new Set(rows.map(of))]
    return { codes: Int32Array.from(rows, (row) => names.indexOf(of(row))), names, reason: '' }
  }
  return {
    n: rows.length,
    numbers: () => ({
      values: Float64Array.from(rows, ({ value }) => value ?? Number.NaN),
      status: Uint8Array.from(rows, ({ value }) => statusCode(value === null ? 'error' : 'ok')),
    }),
    groups: (by) => codes(({ cell }) => (by === 'cell' ? String(cell) : 'study')),
    *texts(kept, _which, visit) {
      for (const [at, { text }] of rows.entries()) if (kept[at] === 1) visit(at, text)
      yield
    },
    select: none,
    marked: none,
    rowNamed: none,
    benchmark: none,
    place: none,
  }
}

function applied(rows: readonly Row[], ...given: unknown[]): { kept: number[]; steps: Step[] } {
  const kept = new Uint8Array(rows.length).fill(1)
  const work = applyRules(subsetRulesSchema.parse(given), kept, dataOf(rows))
  let step = work.next()
  while (!step.done) step = work.next()
  return { kept: [...kept.keys()].filter((row) => kept[row] === 1), steps: step.value }
}

const anyRow = fc.record({
  // Few values, so that ties are the rule.
  value: fc.option(fc.integer({ min: 0, max: 5 }), { nil: null }),
  cell: fc.integer({ min: 0, max: 2 }),
  text: fc.constantFrom('a', 'b', 'c', 'A'),
})
const anyRows = fc.array(anyRow, { maxLength: 60 })
const amounts = fc.oneof(
  fc.record({ unit: fc.constant('percent'), amount: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ unit: fc.constant('rows'), amount: fc.integer({ min: 1, max: 70 }) }),
)

/** The rule in its slow form: sort each group by value and place, and cut. */
function rankedSlowly(
  rows: readonly Row[],
  end: string,
  within: string,
  by: { unit: string; amount: number },
) {
  const groups = within === 'cell' ? [0, 1, 2] : [null]
  const kept = groups.flatMap((group) => {
    const own = rows
      .map((row, at) => ({ ...row, at }))
      .filter(({ value, cell }) => value !== null && (group === null || cell === group))
      .sort((a, b) => {
        const order = (a.value as number) - (b.value as number)
        return (end === 'top' ? -order : order) || a.at - b.at
      })
    const n =
      by.unit === 'rows'
        ? Math.min(by.amount, own.length)
        : Math.floor((own.length * by.amount) / 100)
    const from = end === 'middle' ? Math.floor((own.length - n) / 2) : 0
    return own.slice(from, from + n).map(({ at }) => at)
  })
  return kept.sort((a, b) => a - b)
}

describe('rules', () => {
  it('rank as sorting each group would, ties by row order, missing values apart', () => {
    fc.assert(
      fc.property(
        anyRows,
        fc.constantFrom('top', 'bottom', 'middle'),
        fc.constantFrom('cell', 'study'),
        amounts,
        (rows, end, within, by) => {
          const { kept, steps } = applied(rows, {
            rule: 'ranked',
            column: 'a.b',
            end,
            within,
            ...by,
          })
          expect(kept).toEqual(rankedSlowly(rows, end, within, by))
          const missing = rows.filter(({ value }) => value === null).length
          expect(steps[0]?.outcome.missing?.error ?? 0).toBe(missing)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('give the counts of the paper for 5, 10 and 15 % of Alpaca', () => {
    // The rows of the paper's Alpaca that have a score, of which 2,599, 5,198 and 7,797 are printed.
    const rows = Array.from({ length: 51_983 }, (_, k) => ({ value: k % 997, cell: 0, text: '' }))
    const counts = [5, 10, 15].map(
      (amount) => applied(rows, { rule: 'ranked', column: 'ic_ifd.strict', amount }).kept.length,
    )
    expect(counts).toEqual([2599, 5198, 7797])
  })

  it('keep a whole percent of round numbers, none of none, and nothing where all values are missing', () => {
    const rows = Array.from({ length: 100 }, (_, k) => ({ value: k, cell: 0, text: '' }))
    expect(applied(rows, { rule: 'ranked', column: 'a.b', amount: 29 }).kept).toHaveLength(29)
    expect(applied([], { rule: 'ranked', column: 'a.b' }).kept).toEqual([])
    const none = rows.map((row) => ({ ...row, value: null }))
    const { kept, steps } = applied(
      none,
      { rule: 'ranked', column: 'a.b' },
      { rule: 'range', column: 'a.b' },
    )
    expect(kept).toEqual([])
    expect(steps.map(({ outcome }) => outcome.missing)).toEqual([{ error: 100 }, {}])
  })

  it('draw as many rows as asked for, the same for one seed, and a larger share contains the smaller', () => {
    fc.assert(
      fc.property(
        anyRows,
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 0, max: 99 }),
        (rows, amount, seed) => {
          const draw = (share: number) =>
            applied(rows, { rule: 'random', amount: share, seed }).kept
          const small = draw(amount)
          expect(draw(amount)).toEqual(small)
          const larger = new Set(draw(Math.min(100, amount + 20)))
          expect(small.filter((row) => !larger.has(row))).toEqual([])
          for (const cell of [0, 1, 2]) {
            const inCell = (list: number[]) => list.filter((row) => rows[row]?.cell === cell).length
            expect(inCell(small)).toBe(Math.floor((inCell([...rows.keys()]) * amount) / 100 + 1e-9))
          }
        },
      ),
    )
  })

  it('balance groups, hold quotas and keep the first of equal texts', () => {
    fc.assert(
      fc.property(anyRows, fc.integer({ min: 0, max: 9 }), (rows, asked) => {
        const sizes = [0, 1, 2].map((cell) => rows.filter((row) => row.cell === cell).length)
        const least = Math.min(...sizes.filter((size) => size > 0))
        const perCell = (kept: number[]) =>
          [0, 1, 2].map((cell) => kept.filter((row) => rows[row]?.cell === cell).length)
        const balanced = applied(rows, { rule: 'balance', by: 'cell' }).kept
        expect(perCell(balanced)).toEqual(sizes.map((size) => Math.min(size, least)))
        // A quota names a group that is there: the empty one is of a study without its rows.
        const quotas = sizes[1] === 0 ? {} : { 1: asked }
        const { kept } = applied(rows, { rule: 'quota', by: 'cell', quotas })
        expect(perCell(kept)).toEqual([0, Math.min(sizes[1] as number, asked), 0])
        const texts = applied(rows, { rule: 'exact_text' }).kept.map((row) => rows[row]?.text)
        const first = rows.flatMap(({ text }, at) =>
          rows.findIndex((row) => row.text === text) === at ? [text] : [],
        )
        expect(texts).toEqual(first)
      }),
    )
  })

  it('count in and out one after the other, and skip what is off', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const rules = [
          { rule: 'range', column: 'a.b', min: 1, max: 4 },
          { rule: 'random', amount: 50, off: true },
          { rule: 'range', column: 'a.b', max: 3, missing: true },
        ]
        const { kept, steps } = applied(rows, ...rules)
        const expected = [...rows.keys()].filter((at) => {
          const value = rows[at]?.value ?? null
          return value !== null && value >= 1 && value <= 3
        })
        expect(kept).toEqual(expected)
        expect(steps[0]?.rowsIn).toBe(rows.length)
        expect(steps[1]?.rowsIn).toBe(steps[1]?.rowsOut)
        expect(steps.slice(1).map((step) => step.rowsIn)).toEqual(
          steps.slice(0, -1).map((step) => step.rowsOut),
        )
      }),
    )
  })
})
