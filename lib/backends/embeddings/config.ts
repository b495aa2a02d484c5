import { z } from 'zod'

/** Settings of the embedded sentence embeddings, as stored with a backend. */
export const embeddingsConfig = z.strictObject({
  modelId: z
    .enum(['all-minilm-l6-v2', 'all-mpnet-base-v2'])
    .default('all-minilm-l6-v2')
    .describe('Model from the list of models that the application can fetch.'),
  threads: z
    .union([z.literal('auto'), z.number().int().min(1).max(512)])
    .default('auto')
    .describe('Compute threads; auto takes the physical cores that the process may use.'),
})

export type EmbeddingsConfig = z.output<typeof embeddingsConfig>

/** What decides the numbers of an embedding model beside its weights. */
export interface EmbeddingModel {
  /** File of the weights in the model's folder: an ONNX model, or the tensors of a BERT encoder. */
  weights: 'model.safetensors' | 'onnx/model.onnx'
  dimension: number
  /** Word pieces that count, marks at both ends included; the rest of a text is cut. */
  maxPieces: number
}

/**
 * The models that can be opened, all in float32. The lengths are those of the models' own cards; the tokenizer file of MiniLM
 * asks for 128 and its configuration for 512, which are leftovers of the base model.
 */
export const EMBEDDING_MODELS: Record<EmbeddingsConfig['modelId'], EmbeddingModel> = {
  'all-minilm-l6-v2': { weights: 'model.safetensors', dimension: 384, maxPieces: 256 },
  'all-mpnet-base-v2': { weights: 'onnx/model.onnx', dimension: 768, maxPieces: 384 },
}
