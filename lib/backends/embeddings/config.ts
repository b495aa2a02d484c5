import { z } from 'zod'

/** Settings of the embedded sentence embeddings, as stored with a backend. */
export const embeddingsConfig = z.strictObject({
  modelId: z
    .enum(['all-minilm-l6-v2-int8', 'all-mpnet-base-v2'])
    .default('all-minilm-l6-v2-int8')
    .describe('Model from the list of models that the application can fetch.'),
  threads: z
    .union([z.literal('auto'), z.number().int().min(1).max(512)])
    .default('auto')
    .describe('Compute threads; auto takes the physical cores that the process may use.'),
})

export type EmbeddingsConfig = z.output<typeof embeddingsConfig>

/** What decides the numbers of an embedding model beside its weights. */
export interface EmbeddingModel {
  /** Name of the weights' type in transformers.js, which names the file. */
  dtype: 'q8' | 'fp32'
  dtypeLabel: string
  dimension: number
  /** Word pieces that count, marks at both ends included; the rest of a text is cut. */
  maxPieces: number
}

/**
 * The models that can be opened. The lengths are those of the models' own cards; the tokenizer file of MiniLM asks for
 * 128 and its configuration for 512, which are leftovers of the base model.
 */
export const EMBEDDING_MODELS: Record<EmbeddingsConfig['modelId'], EmbeddingModel> = {
  'all-minilm-l6-v2-int8': { dtype: 'q8', dtypeLabel: 'int8', dimension: 384, maxPieces: 256 },
  'all-mpnet-base-v2': { dtype: 'fp32', dtypeLabel: 'F32', dimension: 768, maxPieces: 384 },
}
