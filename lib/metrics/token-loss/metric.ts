import { carriesValue, statusOf } from '@/lib/contracts/status'
import {
  defineMetric,
  type DerivedMetric,
  type DerivedVariant,
  type Metric,
  type MetricExample,
  type OutputSpec,
} from '../types'
import { deriveRows, type Loss, type LossColumns, type LossMode } from './read'
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
  read(columns: LossColumns, row: number): Loss
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

type Described = Pick<DerivedVariant, 'key' | 'label' | 'description'> &
  Pick<OutputSpec, 'unit' | 'directionMeans'>

/** Returns one variant of a derived metric of losses, all of which read as harder where they are higher. */
export function higherVariant(output: string, described: Described): DerivedVariant {
  const { key, ...rest } = described
  const { label, description } = rest
  return {
    key,
    label,
    description,
    output: { ...rest, key: output, shape: 'scalar', dtype: 'f64', direction: 'higher' },
  }
}

/** Returns a metric that is derived from the stored token losses. */
export function lossMetric({ directionMeans, variants, expected, ...own }: LossMetric): Metric {
  const [first] = Object.values(variants) as [LossVariant]
  const derive: DerivedMetric['derive'] = (columns, variant, n) =>
    deriveRows(columns, n, (variants[variant] ?? first).read)
  return defineMetric({
    ...own,
    kind: 'derived',
    version: 1,
    from: 'loss',
    variants: Object.entries(variants).map(([key, { label, mode, unit, text }]) => {
      return higherVariant(own.id, {
        key,
        label,
        unit,
        description: `${text} ${MODE_TEXT[mode]}`,
        directionMeans,
      })
    }),
    derive,
    examples: CASES.flatMap((worked, at) => workedExample(worked, at, expected, derive)),
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
    read: (columns, row) => read(columns, row, mode),
  })
  return lossMetric({
    ...own,
    source: 'arXiv 2412.11231, loss script',
    variants: Object.fromEntries(modes.map((mode) => [mode, variant(mode)])),
  })
}
