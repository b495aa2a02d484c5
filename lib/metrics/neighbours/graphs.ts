import {
  encodeModel,
  FLOAT,
  floatTensor,
  INT8,
  INT64,
  integerList,
  onnxNode,
  tensorInfo,
  UINT8,
} from '@/lib/onnx-model'
import { UNSET } from './codes.mjs'
import type { Products } from './plan'

// The lowest pair that knows Gemm, QLinearMatMul and QuantizeLinear in the form used here.
const VERSIONS = { opset: 13, irVersion: 7 }

/**
 * Returns the bytes of an ONNX model without weights: for two tiles of `tile` rows the products A B^T over `step`, rounded,
 * in a byte each (G): 0 for all below and 255 for all above. In bytes A is unsigned around 128, and B stands in the graph, as the
 * runtime then packs it once for many A: transposed, and all `UNSET` until it is written over.
 */
export function tileGraph(products: Products, tile: number, width: number): Uint8Array {
  const isBytes = products === 'int8'
  const kind = isBytes
    ? {
        node: [
          onnxNode(
            ['QLinearMatMul'],
            ['A', 'one', 'middle', 'B', 'one', 'zero', 'step', 'least'],
            ['G'],
          ),
        ],
        input: [tensorInfo('A', UINT8, [tile, width])],
        initializer: [
          { name: 'one', dims: [], dataType: FLOAT, floatData: [1] },
          { name: 'middle', dims: [], dataType: UINT8, int32Data: [128] },
          { name: 'zero', dims: [], dataType: INT8, int32Data: [0] },
          {
            name: 'B',
            dims: [width, tile],
            dataType: INT8,
            rawData: new Uint8Array(width * tile).fill(UNSET),
          },
        ],
      }
    : {
        node: [
          onnxNode(['Gemm'], ['A', 'B'], ['P'], { transB: 1 }),
          onnxNode(['QuantizeLinear'], ['P', 'step', 'least'], ['G']),
        ],
        input: [tensorInfo('A', FLOAT, [tile, width]), tensorInfo('B', FLOAT, [tile, width])],
        initializer: [],
      }
  const graph = {
    name: 'tiles',
    node: kind.node,
    input: [...kind.input, tensorInfo('step', FLOAT, [])],
    output: [tensorInfo('G', UINT8, [tile, tile])],
    initializer: [
      ...kind.initializer,
      { name: 'least', dims: [], dataType: UINT8, int32Data: [0] },
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
