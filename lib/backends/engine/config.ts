import { z } from 'zod'
import { errorWords, IFD_ERRORS } from './accuracy'

/** Settings of the embedded language model, as stored with a backend. */
export const embeddedConfig = z.strictObject({
  modelId: z
    .string()
    .min(1)
    .default('smollm2-135m-instruct')
    .describe('Model from the list of models that the application can fetch.'),
  modelPath: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Path of your own GGUF file; used instead of the model from the list.'),
  scoringWeights: z
    // What versions before wrote out as bfloat16 is float32 now.
    .preprocess((value) => (value === 'bf16' ? 'f32' : value), z.enum(['auto', 'file', 'f32']))
    .default('auto')
    .describe(
      `Weights that score prompts and generate replies: f32 writes them out once into the cache, file takes the quantised blocks unchanged, whose products round what they multiply to 8 bits; auto takes f32 where the weights need at most a quarter of the machine's memory and 8 GB. Error of IFD, measured on 60 rows with SmolLM2 135M Q4_1: ${errorWords(IFD_ERRORS.f32)} with f32; ${errorWords(IFD_ERRORS.file)} with file.`,
    ),
  threads: z
    .union([z.literal('auto'), z.number().int().min(1).max(512)])
    .default('auto')
    .describe(
      'Compute threads; auto takes the physical cores, and fewer while other programs need them.',
    ),
  gpuLayers: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('Layers placed on a graphics card; 0 computes everything on the processor.'),
  contextLength: z
    .number()
    .int()
    .min(64)
    .max(1_048_576)
    .optional()
    .describe(
      'Longest text in tokens; left out, the length the model was trained for, at most 8192.',
    ),
  sequences: z
    .union([z.literal('auto'), z.number().int().min(1).max(64)])
    .default('auto')
    .describe(
      'Replies generated side by side; more need more memory. auto takes 24 in exact float32, where a step of many costs little more than one of few, and 4 with llama.cpp. Replies do not depend on it.',
    ),
})

export type EmbeddedConfig = z.output<typeof embeddedConfig>
