import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Column } from '@/lib/columns/column'
import { statusCode, statusOf, type StatusName } from '@/lib/contracts/status'
import { checkFormula, type NamedColumn } from './check'
import { FormulaError, pointedAt } from './error'
import { evaluateFormula } from './evaluate'

const column = (id: string, shape: NamedColumn['shape'], levels: string[] | null = null) => {
  const [metric = ''] = id.split('.')
  return { id, label: `label of ${id}`, metric, isDefault: true, shape, levels }
}
const COLUMNS: NamedColumn[] = [
  column('a.value', 'scalar'),
  column('b.value', 'scalar'),
  column('p.flag', 'enum', ['no', 'yes']),
  column('s.word', 'category'),
  column('level.level', 'enum', ['easy', 'hard']),
  column('ifd.strict', 'scalar'),
  column('ifd.strict-ppl', 'scalar'),
  column('mnd.mnd', 'scalar'),
  column('vec.v', 'vector'),
  { ...column('x.one', 'scalar'), label: 'twice' },
  { ...column('x.two', 'scalar'), label: 'twice' },
]

/** A value of a row, or why there is none. */
type Cell = number | StatusName
type Row = Record<string, Cell>
/** A formula as text, and what a plain program gives for a row. */
interface Made {
  text: string
  of(row: Row): Cell
}

const both = (x: Cell, y: Cell, of: (x: number, y: number) => number): Cell => {
  if (typeof x === 'string') return x
  if (typeof y === 'string') return y
  const value = of(x, y)
  return Number.isFinite(value) ? value : 'undefined_value'
}
const joined = (sign: string, of: (x: number, y: number) => number) => (x: Made, y: Made) => ({
  text: `(${x.text} ${sign} ${y.text})`,
  of: (row: Row) => both(x.of(row), y.of(row), of),
})
const called = (name: string, of: (x: number) => number) => (x: Made) => ({
  text: `${name}(${x.text})`,
  of: (row: Row) => both(x.of(row), 0, of),
})

const { number, flag } = fc.letrec<{ number: Made; flag: Made }>((tie) => {
  const two = fc.tuple(tie('number'), tie('number'))
  const flags = fc.tuple(tie('flag'), tie('flag'))
  return {
    number: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc
        .constantFrom('a.value', 'b.value')
        .map((id) => ({ text: id, of: (row: Row) => row[id] as Cell })),
      fc.integer({ min: 0, max: 9 }).map((n) => ({ text: `${n}`, of: () => n })),
      two.map(([x, y]) => joined('+', (i, j) => i + j)(x, y)),
      two.map(([x, y]) => joined('-', (i, j) => i - j)(x, y)),
      two.map(([x, y]) => joined('*', (i, j) => i * j)(x, y)),
      two.map(([x, y]) => joined('/', (i, j) => i / j)(x, y)),
      two.map(([x, y]) => joined('^', (i, j) => i ** j)(x, y)),
      tie('number').map(called('log', Math.log)),
      tie('number').map(called('sqrt', Math.sqrt)),
      tie('number').map((x) => joined('-', (i, j) => i - j)({ text: '0', of: () => 0 }, x)),
      two.map(([x, y]) => ({
        text: `coalesce(${x.text}, ${y.text})`,
        of: (row: Row) => {
          const [i, j] = [x.of(row), y.of(row)]
          return typeof i === 'string' && typeof j === 'number' ? j : i
        },
      })),
      fc.tuple(tie('flag'), two).map(([p, [x, y]]) => ({
        text: `if(${p.text}, ${x.text}, ${y.text})`,
        of: (row: Row) => {
          const chosen = p.of(row)
          if (typeof chosen === 'string') return chosen
          return chosen === 1 ? x.of(row) : y.of(row)
        },
      })),
    ),
    flag: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constant({ text: 'p.flag', of: (row: Row) => row['p.flag'] as Cell }),
      two.map(([x, y]) => joined('<', (i, j) => Number(i < j))(x, y)),
      two.map(([x, y]) => joined('==', (i, j) => Number(i === j))(x, y)),
      flags.map(([x, y]) => joined('and', (i, j) => Number(i === 1 && j === 1))(x, y)),
      flags.map(([x, y]) => joined('or', (i, j) => Number(i === 1 || j === 1))(x, y)),
      tie('flag').map(called('not ', (x) => Number(x !== 1))),
      tie('number').map((x) => ({
        text: `is_missing(${x.text})`,
        of: (row: Row) => Number(typeof x.of(row) === 'string'),
      })),
    ),
  }
})

const missing = fc.constantFrom<StatusName>('not_run', 'no_response', 'too_long')
const cell = (value: fc.Arbitrary<number>) =>
  fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: missing })
const rowsOf = fc.array(
  fc.record({
    'a.value': cell(fc.integer({ min: -3, max: 3 })),
    'b.value': cell(fc.double({ min: -10, max: 10, noNaN: true })),
    'p.flag': cell(fc.integer({ min: 0, max: 1 })),
  }),
  { minLength: 1, maxLength: 20 },
)

function evaluated(text: string, rows: readonly Record<string, Cell>[]): Cell[] {
  const formula = checkFormula(text, COLUMNS)
  const n = rows.length
  const place = { no: 1, rowCount: n, skipped: [], seedSet: 's', evolver: 'e', round: 1 }
  const [found] = evaluateFormula(formula, [place], {
    read(id): Column {
      const cells = rows.map((row: Row) => row[id] as Cell)
      const shift = Number(id === 'p.flag')
      return {
        values: Float64Array.from(cells, (one) =>
          typeof one === 'number' ? one + shift : Number.NaN,
        ),
        status: Uint8Array.from(cells, (one) => statusCode(typeof one === 'string' ? one : 'ok')),
        width: 1,
        n,
      }
    },
    words: () => [],
  })
  const { values, status } = found as Column
  const shift = Number(formula.type === 'flag')
  return rows.map((_, row) => {
    const { name, hasValue } = statusOf(status[row] as number)
    return hasValue ? (values[row] as number) - shift : name
  })
}

describe('a formula over columns', () => {
  it('gives what a plain evaluation of each row gives, reasons included', () => {
    fc.assert(
      fc.property(fc.oneof(number, flag), rowsOf, (made, rows) => {
        // A formula without a column is refused.
        fc.pre(/value|flag/.test(made.text) && made.text.length < 1_500)
        const near = (all: readonly Cell[]) =>
          all.map((one) => (typeof one === 'number' ? one + 0 : one))
        expect(near(evaluated(made.text, rows))).toEqual(near(rows.map((row) => made.of(row))))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['a.value ^ 2 ^ 3', 256],
    ['-a.value ^ 2', -4],
    ['2 * a.value ^ -1', 1],
    ['a.value - 1 - 1', 0],
    ['a.value / 2 / 2', 0.5],
    ['1 + a.value * 3', 7],
    ['not a.value > 3 or p.flag', 1],
    ['round(-a.value - 0.5)', -3],
    ['max(1, a.value, 3)', 3],
  ])('%s binds as on paper', (text, value) => {
    expect(evaluated(text, [{ 'a.value': 2, 'p.flag': 0 }])).toEqual([value])
  })
})

function errorOf(text: string): unknown {
  try {
    checkFormula(text, COLUMNS)
    return null
  } catch (error) {
    return error
  }
}

describe('a formula that is wrong', () => {
  it.each([
    ['1 +', 'Expected a number, a column, a function or "(", found the end.', '1 +\n   ^'],
    ['(a.value', 'Expected ")", found the end.', '(a.value\n        ^'],
    ['a.value b.value', 'Expected an operator or the end, found "b.value".', '        ^^^^^^^'],
    ['a.value < 1 < 2', 'Comparisons cannot be chained. Write "a < b and b < c".', '            ^'],
    ['a.value # 2', '"#" has no meaning in a formula.', '        ^'],
    ['s.word = "x', 'The " is never closed on its line.', '         ^'],
    [
      'a.value *\nmnd.mdn',
      'There is no column "mnd.mdn" in this study. Did you mean mnd.mnd?',
      'mnd.mdn\n^^^^^^^',
    ],
    ['lgo(a.value)', 'There is no function "lgo". Did you mean log', '^^^^^^^^^^^^'],
    ['ifd.strict-ppl * 2', 'Write `ifd.strict-ppl` in backticks', '^^^^^^^^^^^^^^'],
    ['twice + 1', '"twice" is the name of 2 columns. Write `x.one` or `x.two`.', '^^^^^'],
    ['vec.v + 1', 'vec.v holds several numbers a row', '^^^^^'],
    [
      'a.value and p.flag',
      'Expected yes or no, but this is a number. Compare it, as in x > 0.',
      '^^^^^^^',
    ],
    [
      '1 + p.flag',
      'Expected a number, but this is yes or no. Write if(condition, 1, 0)',
      '    ^^^^^^',
    ],
    ['s.word = 1', 'Expected a word, but this is a number.', '         ^'],
    [
      'level.level = "haard"',
      'level.level has no level "haard". Did you mean hard?',
      '              ^^^^^^^',
    ],
    ['if(p.flag, 1, "a")', 'Expected a number, but this is a word.', '              ^^^'],
    ['log(a.value, 2)', 'log is written log(x); here it has 2 arguments.', '^^^^^^^^^^^^^^^'],
    [
      'rank(a.value, within: sed set)',
      'There is no group "sed set". Did you mean seed set?',
      '^^^^^^^',
    ],
    ['abs(a.value, within: cell)', 'Only rank, percentile', '^^^^'],
    ['1 + 1', 'The formula names no column, so all rows would be equal.', '^^^^^'],
    ['  ', 'The formula is empty.', '^^'],
    ['coalesce(s.word, "none")', 'A formula gives words only where they are written in it', '^^^^'],
    ['1e999 + a.value', 'This number is too large.', '^^^^^'],
    [`${'('.repeat(40)}a.value${')'.repeat(40)}`, 'Brackets may be 30 deep.', '^'],
    [`a.value${' + 1'.repeat(600)}`, 'A formula has at most 2000 characters', '^'],
    [`a.value${'+1'.repeat(400)}`, 'A formula has at most 600 words and signs.', '^'],
  ])('%s says what and points at where', (text, message, pointer) => {
    const error = errorOf(text)
    expect(error).toBeInstanceOf(FormulaError)
    const { problem, span } = error as FormulaError
    expect(problem).toContain(message)
    expect(pointedAt(text, span)).toContain(pointer)
  })

  it('is refused in a moment whatever it is made of', () => {
    const piece = fc.constantFrom(
      ...'( ) , : + - * / ^ ** < <= = != and or not within true 1 .5 1e9 "x" \' ` a.value ifd é 漢 𝒳 \n # @ if( rank( within:'.split(
        ' ',
      ),
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 700 }).map((parts) => parts.join(' ')),
      fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 3_000 }),
      fc.constantFrom('-', '(', 'not ', 'a^', 'if(', 'a.').map((one) => one.repeat(900)),
    )
    fc.assert(
      fc.property(text, (formula) => {
        const started = performance.now()
        const error = errorOf(formula)
        expect(error === null || error instanceof FormulaError).toBe(true)
        expect(performance.now() - started).toBeLessThan(2_000)
      }),
      { numRuns: 3_000 },
    )
  }, 120_000)
})
