import type { DerivedVariant, OutputSpec } from '../types'
import type { LossMode } from './read'

/** What each mode averages over, as the reader of a variant sees it. */
const MODE_TEXT: Record<LossMode, string> = {
  strict:
    'Numerator and denominator score the same tokens of the response; the joining newline belongs to the instruction.',
  reference:
    "As the paper's script: cut at the token count of the instruction, so the newline may fall on either side.",
  superfiltering:
    'As the Superfiltering script without truncation: cut after the instruction and its newline.',
}

/** Returns one variant of a derived loss metric. */
export function lossVariant(
  key: string,
  label: string,
  mode: LossMode,
  output: Omit<OutputSpec, 'label' | 'shape' | 'dtype' | 'description'> & { description: string },
): DerivedVariant {
  const description = `${output.description} ${MODE_TEXT[mode]}`
  return {
    key,
    label,
    description,
    output: { ...output, label, shape: 'scalar', dtype: 'f64', description },
  }
}
