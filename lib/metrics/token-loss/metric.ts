import { carriesValue, statusOf } from '@/lib/contracts/status'
import {
  defineMetric,
  type DerivedMetric,
  type DerivedVariant,
  type Metric,
  type MetricExample,
  type OutputSpec,
} from '../types'
import type { RatioForm } from './ratios'
import { deriveRows, type Loss, type LossColumns, type LossMode, type RowFormula } from './read'
import {
  asColumns,
  CASE_A,
  CASE_B,
  CASE_C,
  CASE_C_ONE_TOKEN,
  CASE_D,
  scoreCase,
  type WorkedCase,
} from './worked'

/** The worked cases in the order in which metrics state what they give. */
const CASES = [CASE_A, CASE_B, CASE_C, CASE_D, CASE_C_ONE_TOKEN]

/** What each mode averages over, as the reader of a variant sees it. */
const MODE_TEXT: Record<LossMode, string> = {
  strict:
    'Numerator and denominator score the same tokens of the response; the joining newline belongs to the instruction.',
  reference:
    "As the paper's script: cut at the token count of the instruction, so the newline may fall on either side.",
  superfiltering:
    'As the Superfiltering script without truncation: cut after the instruction and its newline.',
}

interface LossVariant {
  label: string
  mode: LossMode
  unit: string
  /** One sentence; what the mode averages over follows it. */
  text: string
  of: RowFormula
}

type Shared = Pick<DerivedMetric, 'id' | 'label' | 'description' | 'formula' | 'source' | 'reads'>

interface LossMetric extends Shared {
  directionMeans: string
  /** The first is the default. */
  variants: Record<string, LossVariant>
  /** Variant -> what the worked cases give in it: a value, the name of a status, or null where nothing is stated. */
  expected: Record<string, readonly (number | string | null)[]>
}

/** One worked case through every variant that states what it gives. */
function workedExample(
  worked: WorkedCase,
  at: number,
  all: LossMetric['expected'],
  derive: DerivedMetric['derive'],
): MetricExample[] {
  const stated = Object.entries(all).flatMap(([variant, values]) => {
    const value = values[at] ?? null
    return value === null ? [] : [[variant, value] as const]
  })
  const run = () => {
    const columns = asColumns([scoreCase(worked)])
    return Object.fromEntries(
      stated.map(([variant]) => {
        const { values, status } = derive(columns, variant, 1)
        const code = status[0] as number
        return [variant, carriesValue(code) ? (values[0] as number) : statusOf(code).name]
      }),
    )
  }
  return stated.length === 0
    ? []
    : [{ name: worked.name, expected: Object.fromEntries(stated), run }]
}

/** One variant of a derived metric of losses, all of which read as harder where they are higher. */
export interface HarderVariant extends Pick<OutputSpec, 'label' | 'unit' | 'description'> {
  directionMeans: string
  /** The number of a row. */
  of: RowFormula
}

/**
 * Returns the variants of a metric that is a number of each row, and what derives them; the first is the default. Rows
 * with a value keep the status of the column `statusFrom`, `ok` where none is named.
 */
export function harderVariants(
  variants: Record<string, HarderVariant>,
  { output, statusFrom }: { output?: string; statusFrom?: string },
): Pick<DerivedMetric, 'variants' | 'derive'> {
  const [first] = Object.values(variants) as [HarderVariant]
  return {
    variants: Object.entries(variants).map(([key, { of: _read, ...texts }]): DerivedVariant => {
      const { label, description } = texts
      const shape = { shape: 'scalar', dtype: 'f64', direction: 'higher' } as const
      return { key, label, description, output: { ...texts, ...shape, key: output ?? key } }
    }),
    derive: (columns, key, n) => deriveRows(columns, n, (variants[key] ?? first).of, statusFrom),
  }
}

/** Returns what makes the variants of a ratio: of losses or of perplexities, in a mode. */
export function ratioVariants(
  read: (columns: LossColumns, row: number, mode: LossMode, form: RatioForm) => Loss,
  forms: Record<RatioForm, { text: string; unit: string }>,
): (label: string, mode: LossMode, form: RatioForm) => LossVariant {
  return (label, mode, form) => {
    return { ...forms[form], label, mode, of: (columns, row) => read(columns, row, mode, form) }
  }
}

/** Returns a metric that is derived from the stored token losses. */
export function lossMetric({ directionMeans, variants, expected, ...own }: LossMetric): Metric {
  const described = Object.entries(variants).map(([key, { label, mode, unit, text, of }]) => {
    const description = `${text} ${MODE_TEXT[mode]}`
    return [key, { label, unit, description, directionMeans, of }] as const
  })
  const derived = harderVariants(Object.fromEntries(described), { output: own.id })
  return defineMetric({
    ...own,
    ...derived,
    kind: 'derived',
    version: 1,
    from: 'loss',
    examples: CASES.flatMap((worked, at) => workedExample(worked, at, expected, derived.derive)),
  })
}

/** Returns the mean loss per token of one part of the text as a metric, with a variant for each mode. */
export function meanLossMetric({
  modes,
  text,
  read,
  ...own
}: Omit<LossMetric, 'variants' | 'source'> & {
  modes: readonly LossMode[]
  text: string
  read(columns: LossColumns, row: number, mode: LossMode): Loss
}): Metric {
  const variant = (mode: LossMode): LossVariant => ({
    label: mode === 'strict' ? own.label : `${own.label} (${mode})`,
    mode,
    unit: 'nat',
    text,
    of: (columns, row) => read(columns, row, mode),
  })
  return lossMetric({
    ...own,
    source: 'arXiv 2412.11231, loss script',
    variants: Object.fromEntries(modes.map((mode) => [mode, variant(mode)])),
  })
}
