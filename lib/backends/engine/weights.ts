import { AppError, errorMessage } from '@/lib/errors'
import type { EmbeddedConfig } from './config'
import { expansionOf } from './gguf/expand'
import type { ExpandedType } from './gguf/expand'

// A copy of this size is written in seconds and surprises nobody's disk; larger models ask for it by name.
const AUTO_BYTES = 2 ** 30

/**
 * Returns the type in which a model's weights are written out for scoring; null scores with the file as it is.
 * Products of quantised blocks also round the activations to eight bits: on SmolLM2 Q4_1, bfloat16 copies were measured
 * four times as near to float32 as the blocks themselves, and twice as fast where the processor knows the type. Throws
 * `invalid_input` when a type was asked for by name and the file has weights that cannot be written out.
 */
export async function chooseWeights(
  wanted: EmbeddedConfig['scoringWeights'],
  file: string,
): Promise<ExpandedType | null> {
  if (wanted === 'file') return null
  const to = wanted === 'f32' ? 'f32' : 'bf16'
  const expansion = await expansionOf(file, to).catch((error: unknown) => {
    throw new AppError(
      'invalid_input',
      `${file} cannot be read as a GGUF model (${errorMessage(error).slice(0, 200)}). Choose another file.`,
      { cause: error },
    )
  })
  if (wanted === 'auto') {
    return expansion !== null && expansion.changes && expansion.bytes <= AUTO_BYTES ? to : null
  }
  if (expansion === null) {
    throw new AppError(
      'invalid_input',
      `${file} has weights of a type that cannot be written out as ${to}. Set the scoring weights of the backend to "file".`,
    )
  }
  return expansion.changes ? to : null
}
