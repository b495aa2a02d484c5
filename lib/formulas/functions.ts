/** What a part of a formula is: a number, yes or no, a word, or the tags of a row. */
export type ValueType = 'number' | 'flag' | 'text' | 'tags'

interface Described {
  name: string
  /** How it is written, as shown to the user. */
  form: string
  /** What it gives, in one sentence. */
  means: string
}

/** A function of the values of one row. */
export interface RowFunction extends Described {
  kind: 'row'
  takes: readonly ValueType[]
  /** How many of the last arguments may be left out. */
  optional?: number
  /** The last argument may be repeated. */
  repeats?: boolean
  gives: ValueType
  of(a: number, b: number): number
}

/** A function of all values of a group of rows; the rows of the group that have a value, ascending. */
export interface GroupFunction extends Described {
  kind: 'group'
  /** A value for each row that has one, or one for every row of the group. */
  perRow: boolean
}

/** A function that decides by itself which of its arguments count. */
export interface SpecialFunction extends Described {
  kind: 'special'
}

export type FormulaFunction = RowFunction | GroupFunction | SpecialFunction

function math(
  name: string,
  form: string,
  means: string,
  of: RowFunction['of'],
  more: Partial<RowFunction> = {},
): RowFunction {
  return { kind: 'row', name, form, means, takes: ['number'], gives: 'number', of, ...more }
}

const TWO = { takes: ['number', 'number'] } as const
const flag = (isTrue: boolean) => Number(isTrue)

/** Away from zero at halves, so that -2.5 and 2.5 round alike. */
function rounded(x: number, digits: number): number {
  const scale = 10 ** Math.trunc(digits)
  return (Math.sign(x) * Math.round(Math.abs(x) * scale)) / scale
}

const group = (name: string, means: string, perRow: boolean): GroupFunction => ({
  kind: 'group',
  name,
  form: `${name}(x, within: group)`,
  means,
  perRow,
})

const special = (name: string, form: string, means: string): SpecialFunction => ({
  kind: 'special',
  name,
  form,
  means,
})

/** The functions that a formula may call, as the help page lists them. */
export const FUNCTIONS: readonly FormulaFunction[] = [
  math('abs', 'abs(x)', 'The size of a number without its sign.', Math.abs),
  math('min', 'min(x, y, ...)', 'The smallest of two or more numbers of a row.', Math.min, {
    ...TWO,
    repeats: true,
  }),
  math('max', 'max(x, y, ...)', 'The largest of two or more numbers of a row.', Math.max, {
    ...TWO,
    repeats: true,
  }),
  math('log', 'log(x)', 'The natural logarithm.', Math.log),
  math('log2', 'log2(x)', 'The logarithm to base 2.', Math.log2),
  math('log10', 'log10(x)', 'The logarithm to base 10.', Math.log10),
  math('exp', 'exp(x)', 'e to the power of a number; of a loss in nats, the perplexity.', Math.exp),
  math('sqrt', 'sqrt(x)', 'The square root.', Math.sqrt),
  math(
    'round',
    'round(x, digits)',
    'Rounded to so many decimals, none if left out; halves away from zero.',
    rounded,
    {
      ...TWO,
      optional: 1,
    },
  ),
  special('clip', 'clip(x, low, high)', 'The number, or the bound that it lies beyond.'),
  special(
    'if',
    'if(condition, a, b)',
    'a where the condition holds, b where it does not; of either kind, but of the same.',
  ),
  special(
    'coalesce',
    'coalesce(x, y, ...)',
    'The first of its arguments that has a value in the row.',
  ),
  special('is_missing', 'is_missing(x)', 'Whether the row has no value there.'),
  special('has', 'has(tags, "word")', 'Whether the tags of the row hold a word.'),
  special('words', 'words(instruction)', 'Words of a text of the row: instruction or response.'),
  special('characters', 'characters(instruction)', 'Characters of the instruction.'),
  group(
    'rank',
    'Place among the rows of the group, 1 for the smallest; equal values share the mean of their places.',
    true,
  ),
  group(
    'percentile',
    'Share of the group below the value, 0 to 100: (rank - 0.5) / rows x 100.',
    true,
  ),
  group('zscore', 'Distance from the mean of the group in standard deviations (n - 1).', true),
  group('mean', 'Mean of the group, for every row in it.', false),
  group('median', 'Median of the group, for every row in it.', false),
  group('sd', 'Standard deviation of the group (n - 1), for every row in it.', false),
  group('sum', 'Sum over the group, for every row in it.', false),
  group('count', 'Rows of the group that have a value, for every row in it.', false),
]

const SIGNS: readonly RowFunction[] = [
  math('+', 'x + y', '', (a, b) => a + b, TWO),
  math('-', 'x - y', '', (a, b) => a - b, TWO),
  math('*', 'x * y', '', (a, b) => a * b, TWO),
  math('/', 'x / y', '', (a, b) => a / b, TWO),
  math('^', 'x ^ y', '', (a, b) => a ** b, TWO),
  math('negative', '-x', '', (a) => -a),
  math('positive', '+x', '', (a) => a),
  math('<', 'x < y', '', (a, b) => flag(a < b), { ...TWO, gives: 'flag' }),
  math('<=', 'x <= y', '', (a, b) => flag(a <= b), { ...TWO, gives: 'flag' }),
  math('>', 'x > y', '', (a, b) => flag(a > b), { ...TWO, gives: 'flag' }),
  math('>=', 'x >= y', '', (a, b) => flag(a >= b), { ...TWO, gives: 'flag' }),
  math('and', 'a and b', '', (a, b) => a * b, { takes: ['flag', 'flag'], gives: 'flag' }),
  math('or', 'a or b', '', (a, b) => Math.max(a, b), { takes: ['flag', 'flag'], gives: 'flag' }),
  math('not', 'not a', '', (a) => 1 - a, { takes: ['flag'], gives: 'flag' }),
]

/** Equality of numbers, flags or words; which of them is settled when a formula is checked. */
export const EQUAL: Record<string, RowFunction['of']> = {
  '==': (a, b) => flag(a === b),
  '!=': (a, b) => flag(a !== b),
}

const byName = new Map<string, FormulaFunction>(
  [...FUNCTIONS, ...SIGNS].map((one) => [one.name, one]),
)

/** Returns a function or operator by its name; undefined where there is none. */
export function findFunction(name: string): FormulaFunction | undefined {
  return byName.get(name)
}
