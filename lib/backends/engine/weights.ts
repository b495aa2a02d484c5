import { totalmem } from 'node:os'
import { AppError, errorMessage } from '@/lib/errors'
import type { EmbeddedConfig } from './config'
import { readPlan } from './exact/plan'
import { expansionOf } from './gguf/expand'
import type { ExpandedType } from './gguf/expand'

// A copy of this size is written in seconds and surprises nobody's disk; larger ones are written by name.
const AUTO_BYTES = 2 ** 30
// The graph holds the weights once more than the file: what is left is for the program, the chat and others.
const MEMORY_SHARE = 1 / 4

/** The memory that this process may use, which does not change while it runs: free memory would change identities. */
function memoryBytes(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** How prompts are to be scored. */
export interface ChosenWeights {
  /** Type in which the weights are written out; null scores with the file as it is. */
  to: ExpandedType | null
  /** Why the graph in exact float32 does not compute them; null where it is to be tried. */
  inexact: string | null
}

/** The size of a copy and whether it would differ from the file; null where a type of weights is not known. */
async function sizeOf(file: string, to: ExpandedType) {
  return expansionOf(file, to).catch((error: unknown) => {
    throw new AppError(
      'invalid_input',
      `${file} cannot be read as a GGUF model (${errorMessage(error).slice(0, 200)}). Choose another file.`,
      { cause: error },
    )
  })
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

/**
 * Returns the type in which a model's weights are written out for scoring, and whether the graph in exact float32 may
 * compute them. Left to itself it does so for the models that it knows whose float32 weights take at most a quarter of
 * the machine's memory; other models are scored by llama.cpp, with weights written out as bfloat16 up to 1 GB. Throws
 * `invalid_input` when a type was asked for by name and the file has weights that cannot be written out.
 */
export async function chooseWeights(
  { scoringWeights: wanted, gpuLayers }: Pick<EmbeddedConfig, 'scoringWeights' | 'gpuLayers'>,
  file: string,
  memory = memoryBytes(),
): Promise<ChosenWeights> {
  if (wanted === 'file') return { to: null, inexact: 'the weights of the file were asked for' }
  const exact = await sizeOf(file, 'f32')
  const plan = exact && (await readPlan(file))
  const inexact =
    gpuLayers > 0
      ? 'layers are placed on a graphics card'
      : plan === null
        ? 'its weights have a type that cannot be written out'
        : 'unsuited' in plan
          ? plan.unsuited
          : null
  if (wanted === 'auto' && exact) {
    const most = memory * MEMORY_SHARE
    if (inexact === null && exact.bytes <= most) return { to: 'f32', inexact }
    const small = await sizeOf(file, 'bf16')
    const reason =
      inexact ??
      `its weights take ${gigabytes(exact.bytes)} in float32, more than a quarter of ${gigabytes(memory)}`
    const fits = small !== null && small.changes && small.bytes <= AUTO_BYTES
    return { to: fits ? 'bf16' : null, inexact: reason }
  }
  if (wanted === 'auto') return { to: null, inexact }
  if (exact === null) {
    throw new AppError(
      'invalid_input',
      `${file} has weights of a type that cannot be written out as ${wanted}. Set the scoring weights of the backend to "file".`,
    )
  }
  if (wanted === 'f32') return { to: exact.changes || inexact === null ? 'f32' : null, inexact }
  const small = await sizeOf(file, 'bf16')
  return { to: small?.changes ? 'bf16' : null, inexact: 'bf16 was asked for' }
}
