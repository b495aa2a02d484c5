import { z } from 'zod'
import { COLUMN_KINDS, type ColumnKind } from './column-kinds'
import { LIMITS } from './limits'
import type { SetOutput } from './measure'
import type { StatusName } from './status'

/** A column of finished numbers that another tool wrote beside the rows. */
export interface ImportedValueSpec {
  /** Key in the source rows. */
  key: string
  label: string
  /** Metric and output that show it. */
  metric: string
  output: string
  /** How that output describes itself in tables, filters and exports. */
  column: Omit<SetOutput, 'key'>
  /** The tool writes 0 where it failed. */
  zeroIsError: boolean
}

/** A value as it was read; a value that does not count is null under a status that says why. */
export interface ReadValue {
  value: number | null
  status: StatusName
}

/** Stands where the record of a computed run names its backend. */
export const IMPORTED_LABEL = 'imported'

/** The largest float32: what the distance script writes when there is no neighbour. */
const FLOAT32_MAX = 3.4028234663852886e38

const perplexity = (label: string, what: string): ImportedValueSpec['column'] => ({
  label,
  unit: '',
  direction: 'higher',
  directionMeans: 'More surprising to the scoring model.',
  description: `Perplexity of the answer ${what}, as imported; the model is not known.`,
})

/** Columns that are known to hold results; any other column stays an extra field. */
export const IMPORTED_VALUES: readonly ImportedValueSpec[] = [
  {
    key: 'min_neighbor_distance',
    label: 'Minimum neighbour distance (imported)',
    metric: 'imported_mnd',
    output: 'mnd',
    column: {
      label: 'MND imported',
      unit: 'as imported',
      direction: 'higher',
      directionMeans: 'More diverse: the nearest other instruction is further away.',
      description: 'Distance to the nearest other row, as imported; model and text are not known.',
    },
    zeroIsError: false,
  },
  {
    key: 'repeat_count',
    label: 'Repeat count (imported)',
    metric: 'imported_mnd',
    output: 'repeat_count',
    column: {
      label: 'repeats imported',
      unit: 'rows',
      direction: 'lower',
      directionMeans: 'Fewer near copies.',
      description: 'Number of near copies, as imported; the threshold is not known.',
    },
    zeroIsError: false,
  },
  {
    key: 'ifd_ppl',
    label: 'IFD from perplexities (imported)',
    metric: 'imported_ifd',
    output: 'ifd_ppl',
    column: {
      label: 'IFD ppl imported',
      unit: '',
      direction: 'higher',
      directionMeans: 'Harder: the instruction helps less. From 1 on it does not help.',
      description: 'Ratio of perplexities, as imported; the model is not known.',
    },
    zeroIsError: true,
  },
  {
    key: 'ppl_A_direct',
    label: 'Perplexity of the answer alone (imported)',
    metric: 'imported_ifd',
    output: 'ppl_alone',
    column: perplexity('ppl alone imported', 'alone'),
    zeroIsError: true,
  },
  {
    key: 'ppl_A_condition',
    label: 'Perplexity of the answer given the instruction (imported)',
    metric: 'imported_ifd',
    output: 'ppl_conditioned',
    column: perplexity('ppl given x imported', 'conditional on the instruction'),
    zeroIsError: true,
  },
]

/** As long as a column name of a file may be. */
const MAX_COLUMN_NAME = 1_000

const KNOWN_VALUES = IMPORTED_VALUES.map((spec) => spec.key)

/** What a chosen column holds, as the command line and plans name it: a kind of column, or one of the known values. */
export const IMPORTED_KINDS = [...COLUMN_KINDS, ...KNOWN_VALUES]

/** A column of a file that the user chose, and what it holds. */
const importedColumnSchema = z.object({
  column: z.string().min(1).max(MAX_COLUMN_NAME),
  kind: z.enum(IMPORTED_KINDS),
  /** Tags written in one text: what stands between them. Without it a text is read as a JSON list. */
  separator: z.string().min(1).max(LIMITS.separator).optional(),
})
export type ImportedColumn = z.infer<typeof importedColumnSchema>

/** Columns that the user chose; a column holds one thing, and a known value has one column. */
export const importedColumnsSchema = z
  .array(importedColumnSchema)
  .max(LIMITS.chosenColumns)
  .refine((columns) => {
    const known = columns.map(({ kind }) => kind).filter((kind) => KNOWN_VALUES.includes(kind))
    const names = columns.map(({ column }) => column)
    return new Set(names).size === names.length && new Set(known).size === known.length
  }, 'A column is named once, and a known value has one column.')

/** Returns the kind of column that was chosen, null where it is one of the known values. */
export function columnKindOf({ kind }: Pick<ImportedColumn, 'kind'>): ColumnKind | null {
  return COLUMN_KINDS.find((one) => one === kind) ?? null
}

/** What is known of the row around a value. */
export interface ValueContext {
  /** The value stood as a bare NaN or Infinity in the file, which reads as null. */
  wasNonfinite: boolean
  hasResponse: boolean
}

/** The script divides by the loss of the answer alone: not a number means that there was nothing to score. */
function nonfinite(
  spec: Pick<ImportedValueSpec, 'zeroIsError'>,
  { hasResponse }: ValueContext,
): ReadValue {
  const status = spec.zeroIsError
    ? hasResponse
      ? 'one_token_response'
      : 'no_response'
    : 'nonfinite'
  return { value: null, status }
}

/** Returns what a cell of a known column holds. `raw` is the parsed JSON value, undefined where the key is absent. */
export function readImportedValue(
  spec: Pick<ImportedValueSpec, 'zeroIsError'>,
  raw: unknown,
  context: ValueContext,
): ReadValue {
  if (raw === null && context.wasNonfinite) return nonfinite(spec, context)
  if (raw === undefined || raw === null || raw === '') return { value: null, status: 'not_run' }
  const value = typeof raw === 'number' || typeof raw === 'string' ? Number(raw) : Number.NaN
  if (value === FLOAT32_MAX) return { value: null, status: 'n_too_small' }
  if (value === 0 && spec.zeroIsError) return { value: null, status: 'error' }
  if (Number.isFinite(value)) return { value, status: 'ok' }
  const isNumberWord = typeof raw === 'string' && /^[-+]?(nan|inf(inity)?)$/i.test(raw)
  return isNumberWord ? nonfinite(spec, context) : { value: null, status: 'unparsed' }
}
