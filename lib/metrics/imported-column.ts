import { createHash } from 'node:crypto'
import { z } from 'zod'
import { COLUMN_KINDS } from '@/lib/contracts/column-kinds'
import { LIMITS } from '@/lib/contracts/limits'
import { importedMetric } from './imported/metric'
import { KINDS, readKind, type RawValue } from './imported/kinds'
import type { MetricExample, OutputSpec } from './types'

// Two columns must not share an id; twelve digits of SHA-256 keep thousands of them apart.
const KEY_DIGITS = 12

const params = z.object({
  column: z
    .string()
    .max(LIMITS.sourceColumn)
    .default('value')
    .describe('Name of the column in the files.'),
  kind: z.enum(COLUMN_KINDS).default('number').describe('What its values are.'),
  definition: z
    .string()
    .max(LIMITS.key)
    .describe('Hash of the definition that an export states; others never mix with it.')
    .exactOptional(),
})
type Params = z.infer<typeof params>

function outputs({ column, kind }: Params): readonly OutputSpec[] {
  const { shape, description } = KINDS[kind]
  return [
    {
      key: 'value',
      label: column,
      shape,
      dtype: 'f64',
      unit: '',
      direction: 'none',
      directionMeans: 'No direction.',
      description,
      isChosen: true,
    },
  ]
}

type Case = RawValue & { expected: number | string }

function example(
  kind: Params['kind'],
  cases: Record<string, Case>,
): Pick<MetricExample, 'name' | 'run' | 'expected'> {
  const each = (of: (one: Case) => number | string) =>
    Object.fromEntries(Object.entries(cases).map(([id, one]) => [id, of(one)]))
  const read = (one: Case) => {
    const result = readKind(kind, one)
    if ('status' in result) return result.status
    return typeof result.value === 'number' ? result.value : JSON.stringify(result.value)
  }
  return { name: `reads ${kind}`, run: () => each(read), expected: each((one) => one.expected) }
}

/** Columns of files that the user chose when importing. Each name and kind makes a column of its own. */
export const importedColumn = importedMetric({
  id: 'imported_column',
  label: 'Imported column',
  description: 'A column of the imported files, chosen when they were imported.',
  formula: 'the value in the file',
  source: 'the imported file',
  params,
  outputs: outputs(params.parse({})),
  outputsFor: outputs,
  instanceOf: ({ column, kind }) => {
    const hash = createHash('sha256')
      .update(JSON.stringify([kind, column]))
      .digest('hex')
    return { key: hash.slice(0, KEY_DIGITS), label: column }
  },
  examples: [
    example('number', {
      plain: { raw: 0.5, expected: 0.5 },
      text: { raw: ' -1.5e2 ', expected: -150 },
      comma: { raw: '1,5', expected: 'not_of_kind' },
      nan: { raw: 'NaN', expected: 'nonfinite' },
      long: { raw: 1e20, literal: '100000000000000000001', expected: 'not_of_kind' },
      empty: { raw: '', expected: 'not_in_file' },
      absent: { raw: undefined, expected: 'not_in_file' },
    }),
    example('boolean', {
      flag: { raw: false, expected: 'false' },
      word: { raw: 'Yes', expected: 'true' },
      digit: { raw: 0, expected: 'false' },
      other: { raw: 2, expected: 'not_of_kind' },
    }),
    example('category', {
      text: { raw: 'web', expected: '"web"' },
      number: { raw: 1, literal: '1.0', expected: '"1.0"' },
      lines: { raw: 'a\nb', expected: 'not_of_kind' },
      list: { raw: ['a'], expected: 'not_of_kind' },
      long: { raw: 'x'.repeat(LIMITS.word + 1), expected: 'value_too_long' },
    }),
    example('tags', {
      list: { raw: ['a', '__proto__'], expected: '["a","__proto__"]' },
      none: { raw: [], expected: '[]' },
      json: { raw: '["a"]', expected: '["a"]' },
      parted: { raw: 'a; b', separator: ';', expected: '["a","b"]' },
      text: { raw: 'a; b', expected: 'not_of_kind' },
      numbers: { raw: [1], expected: 'not_of_kind' },
    }),
    example('text', {
      lines: { raw: 'a\nb', expected: '"a\\nb"' },
      object: { raw: {}, expected: 'not_of_kind' },
    }),
  ],
})
