import { z } from 'zod'
import {
  encodeModel,
  FLOAT,
  floatTensor,
  FUSED,
  INT32,
  INT64,
  onnxNode,
  tensorInfo,
  type Attributes,
  type Operator,
} from '@/lib/onnx-model'
import type { Weights } from './safetensors'

// The lowest pair that onnxruntime reads without converting. What is fused is in float32 and without approximation.
const VERSIONS = { opset: 17, irVersion: 8 }

/** What of a BERT encoder's config.json decides its computation. Other kinds are refused, as their numbers would be wrong. */
export const bertConfig = z.object({
  model_type: z.literal('bert'),
  hidden_act: z.literal('gelu'),
  position_embedding_type: z.literal('absolute').default('absolute'),
  hidden_size: z.number().int().positive(),
  intermediate_size: z.number().int().positive(),
  num_attention_heads: z.number().int().positive(),
  num_hidden_layers: z.number().int().positive(),
  max_position_embeddings: z.number().int().positive(),
  type_vocab_size: z.number().int().positive(),
  vocab_size: z.number().int().positive(),
  layer_norm_eps: z.number().positive(),
})

export type BertConfig = z.output<typeof bertConfig>

/** Returns a matrix of `rows` x `columns` with rows and columns exchanged. */
function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length)
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      result[column * rows + row] = matrix[row * columns + column] as number
    }
  }
  return result
}

/**
 * Returns the bytes of an ONNX model of a BERT encoder in float32: for padded ids and their mask, the last hidden states.
 * Products, norms and attention are those of the paper's code; GELU is the exact one.
 */
export function bertGraph(config: BertConfig, weights: Weights): Uint8Array {
  const { hidden_size: width, intermediate_size: inner, layer_norm_eps: eps } = config
  const node: object[] = []
  const initializer: object[] = []
  const epsilon = { epsilon: eps }

  const hold = (name: string, dims: number[], values: Float32Array) => {
    initializer.push(floatTensor(name, dims, values))
    return name
  }
  const add = (
    operator: Operator,
    input: string[],
    output: string,
    attributes: Attributes = {},
    floats: Readonly<Record<string, number>> = {},
  ) => {
    node.push(onnxNode(operator, input, [output], attributes, floats))
    return output
  }
  const vector = (name: string, size: number) => hold(name, [size], weights.read(name, [size]))
  const product = (x: string, name: string, from: number, to: number) => {
    const matrix = transposed(weights.read(`${name}.weight`, [to, from]), to, from)
    return add(['MatMul'], [x, hold(`${name}.weight`, [from, to], matrix)], `${name}.out`)
  }
  /** Norm of the sum of a product, its bias and what stood before. */
  const norm = (x: string, before: string, dense: string, name: string) =>
    add(
      ['SkipLayerNormalization', FUSED],
      [
        x,
        before,
        vector(`${name}.weight`, width),
        vector(`${name}.bias`, width),
        vector(`${dense}.bias`, width),
      ],
      `${name}.out`,
      {},
      epsilon,
    )

  const words = weights.read('embeddings.word_embeddings.weight', [config.vocab_size, width])
  const places = [config.max_position_embeddings, width]
  const positions = weights.read('embeddings.position_embeddings.weight', places)
  const types = weights.read('embeddings.token_type_embeddings.weight', [
    config.type_vocab_size,
    width,
  ])
  // All pieces are of the first segment.
  const firstType = positions.map((value, i) => value + (types[i % width] as number))
  for (const name of ['input_ids', 'attention_mask']) {
    add(['Cast'], [name], `${name}.int32`, { to: INT32 })
  }
  node.push(
    onnxNode(
      ['EmbedLayerNormalization', FUSED],
      [
        'input_ids.int32',
        '',
        hold('words', [config.vocab_size, width], words),
        hold('positions', places, firstType),
        '',
        vector('embeddings.LayerNorm.weight', width),
        vector('embeddings.LayerNorm.bias', width),
      ],
      ['embedded', 'unused'],
      {},
      epsilon,
    ),
  )

  let state = 'embedded'
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    const at = `encoder.layer.${layer}`
    const own = ['query', 'key', 'value'].map((part) => `${at}.attention.self.${part}`)
    const biases = own.flatMap((name) => [...weights.read(`${name}.bias`, [width])])
    const attended = add(
      ['MultiHeadAttention', FUSED],
      [
        ...own.map((name) => product(state, name, width, width)),
        hold(`${at}.attention.self.bias`, [3 * width], Float32Array.from(biases)),
        'attention_mask.int32',
      ],
      `${at}.attention.self`,
      { num_heads: config.num_attention_heads },
    )
    const out = `${at}.attention.output`
    const mixed = product(attended, `${out}.dense`, width, width)
    const middle = norm(mixed, state, `${out}.dense`, `${out}.LayerNorm`)
    const wide = `${at}.intermediate.dense`
    const bias = vector(`${wide}.bias`, inner)
    const gelu = add(
      ['BiasGelu', FUSED],
      [product(middle, wide, width, inner), bias],
      `${wide}.gelu`,
    )
    const back = product(gelu, `${at}.output.dense`, inner, width)
    state = norm(back, middle, `${at}.output.dense`, `${at}.output.LayerNorm`)
  }
  add(['Identity'], [state], 'last_hidden_state')

  const graph = {
    name: 'bert',
    node,
    initializer,
    input: ['input_ids', 'attention_mask'].map((name) =>
      tensorInfo(name, INT64, ['texts', 'length']),
    ),
    output: [tensorInfo('last_hidden_state', FLOAT, ['texts', 'length', width])],
  }
  return encodeModel(graph, VERSIONS)
}
