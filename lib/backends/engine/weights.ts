import { totalmem } from 'node:os'
import { AppError, errorMessage } from '@/lib/errors'
import type { EmbeddedConfig } from './config'
import { readPlan } from './exact/plan'
import { expansionOf } from './gguf/expand'

// The engine holds the float32 weights once in memory; what is left is for the program, the chat and others.
const MEMORY_SHARE = 1 / 4
// Copies up to this size surprise few disks: a model of 1.5B takes 6.2 GB. Larger ones are written when asked for by name.
const AUTO_BYTES = 8e9

/** The memory that this process may use, all of it: what is free changes, and with it the identity would. */
function memoryBytes(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** How prompts are to be scored. */
export interface ChosenWeights {
  /** Whether the weights are written out as float32; otherwise the file is scored with as it is. */
  expand: boolean
  /** Why the graph in exact float32 does not compute the scores; null where it is to be tried. */
  inexact: string | null
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

/** Why the graph does not suit a file; null when it does. */
async function inexactBecause(file: string, gpuLayers: number): Promise<string | null> {
  if (gpuLayers > 0) return 'layers are placed on a graphics card'
  const plan = await readPlan(file)
  return 'unsuited' in plan ? plan.unsuited : null
}

/**
 * Returns whether a model's weights are written out as float32 for scoring, and whether the exact graph may compute the
 * scores. Products of quantised blocks also round the activations to eight bits, so float32 is taken unless it was not
 * asked for and would need more than a quarter of the machine's memory, or more than 8 GB. Throws `invalid_input` when
 * it was asked for by name and the file has weights that cannot be written out.
 */
export async function chooseWeights(
  { scoringWeights: wanted, gpuLayers }: Pick<EmbeddedConfig, 'scoringWeights' | 'gpuLayers'>,
  file: string,
  memory = memoryBytes(),
): Promise<ChosenWeights> {
  if (wanted === 'file') return { expand: false, inexact: 'the weights of the file were asked for' }
  try {
    const bytes = await expansionOf(file)
    if (bytes === null && wanted === 'auto') {
      return { expand: false, inexact: 'its weights have a type that cannot be written out' }
    }
    const most = Math.min(AUTO_BYTES, memory * MEMORY_SHARE)
    if (bytes !== null && wanted === 'auto' && bytes > most) {
      const inexact = `its weights take ${gigabytes(bytes)} in float32, more than ${gigabytes(most)}`
      return { expand: false, inexact }
    }
    if (bytes !== null) return { expand: true, inexact: await inexactBecause(file, gpuLayers) }
  } catch (error) {
    throw new AppError(
      'invalid_input',
      `${file} cannot be read as a GGUF model (${errorMessage(error).slice(0, 200)}). Choose another file.`,
      { cause: error },
    )
  }
  throw new AppError(
    'invalid_input',
    `${file} has weights of a type that cannot be written out as f32. Set the scoring weights of the backend to "file".`,
  )
}
