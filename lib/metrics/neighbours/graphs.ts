import {
  encodeModel,
  FLOAT,
  floatTensor,
  FUSED,
  INT8,
  INT64,
  integerList,
  onnxNode,
  tensorInfo,
  UINT8,
} from '@/lib/onnx-model'
import type { Products } from './plan'

// The lowest pair that knows Gemm, Reshape and ReduceMax in the form used here.
const VERSIONS = { opset: 13, irVersion: 7 }

/**
 * Returns the bytes of an ONNX model without weights: G = A B^T for two tiles of `tile` rows, S the maxima of G over blocks
 * of rows (tile / block x tile) and, with `both`, R those over columns that lie tile / block apart (tile x tile / block).
 * In bytes A is unsigned around 128 and B is given transposed, as the operator wants it.
 */
export function tileGraph(
  products: Products,
  tile: number,
  width: number,
  block: number,
  both: boolean,
): Uint8Array {
  const isBytes = products === 'int8'
  const blocks = tile / block
  const maxima = (shape: string, reshaped: string, output: string) => [
    onnxNode(['Reshape'], ['G', shape], [reshaped]),
    onnxNode(['ReduceMax'], [reshaped], [output], { axes: [1], keepdims: 0 }),
  ]
  // Products of bytes whose sums come out in float32.
  const product = isBytes
    ? onnxNode(['MatMulIntegerToFloat', FUSED], ['A', 'B', 'one', 'one', 'zero'], ['G'])
    : onnxNode(['Gemm'], ['A', 'B'], ['G'], { transB: 1 })
  const graph = {
    name: 'tiles',
    node: [product, ...maxima('byColumn', 'GS', 'S'), ...(both ? maxima('byRow', 'GR', 'R') : [])],
    input: [
      tensorInfo('A', isBytes ? UINT8 : FLOAT, [tile, width]),
      tensorInfo('B', isBytes ? INT8 : FLOAT, isBytes ? [width, tile] : [tile, width]),
    ],
    output: [
      tensorInfo('G', FLOAT, [tile, tile]),
      tensorInfo('S', FLOAT, [blocks, tile]),
      ...(both ? [tensorInfo('R', FLOAT, [tile, blocks])] : []),
    ],
    initializer: [
      integerList('byColumn', [blocks, block, tile]),
      ...(both ? [integerList('byRow', [tile, block, blocks])] : []),
      ...(isBytes
        ? [
            { name: 'zero', dims: [], dataType: UINT8, int32Data: [128] },
            { name: 'one', dims: [], dataType: FLOAT, floatData: [1] },
          ]
        : []),
    ],
  }
  return encodeModel(graph, VERSIONS)
}

/**
 * Returns the bytes of an ONNX model that holds an n x d matrix: for `tile` rows A, the `k` rows of it with the largest
 * inner products (I), which the runtime packs for the product once.
 */
export function largestGraph(
  matrix: Float32Array,
  [n, d]: [number, number],
  tile: number,
  k: number,
): Uint8Array {
  const graph = {
    name: 'largest',
    node: [
      onnxNode(['Gemm'], ['A', 'B'], ['G'], { transB: 1 }),
      onnxNode(['TopK'], ['G', 'K'], ['V', 'I']),
    ],
    input: [tensorInfo('A', FLOAT, [tile, d])],
    output: [tensorInfo('I', INT64, [tile, k])],
    initializer: [floatTensor('B', [n, d], matrix.subarray(0, n * d)), integerList('K', [k])],
  }
  return encodeModel(graph, VERSIONS)
}
