import onnxProto from 'onnx-proto'
import type { Products } from './plan'

const { onnx } = onnxProto
const { FLOAT, INT8, INT64, UINT8 } = onnx.TensorProto.DataType
// The lowest pair that knows Gemm, Reshape and ReduceMax in the form used here.
const OPSET = 13
const IR_VERSION = 7
// Operators of the runtime itself; here products of bytes whose sums come out in float32.
const CONTRIB = 'com.microsoft'

function node(opType: string, input: string[], output: string, attribute: object[] = []) {
  return { opType, input, output: [output], attribute }
}

function integer(name: string, i: number) {
  return { name, i, type: onnx.AttributeProto.AttributeType.INT }
}

function integers(name: string, ints: number[]) {
  return { name, ints, type: onnx.AttributeProto.AttributeType.INTS }
}

function tensors(name: string, shape: number[], elemType: number = FLOAT) {
  const dim = shape.map((dimValue) => ({ dimValue }))
  return { name, type: { tensorType: { elemType, shape: { dim } } } }
}

function shapeConstant(name: string, shape: number[]) {
  return { name, dims: [shape.length], dataType: INT64, int64Data: shape }
}

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
    node('Reshape', ['G', shape], reshaped),
    node('ReduceMax', [reshaped], output, [integers('axes', [1]), integer('keepdims', 0)]),
  ]
  const product = isBytes
    ? { ...node('MatMulIntegerToFloat', ['A', 'B', 'one', 'one', 'zero'], 'G'), domain: CONTRIB }
    : node('Gemm', ['A', 'B'], 'G', [integer('transB', 1)])
  return encoded(
    'tiles',
    [product, ...maxima('byColumn', 'GS', 'S'), ...(both ? maxima('byRow', 'GR', 'R') : [])],
    [
      tensors('A', [tile, width], isBytes ? UINT8 : FLOAT),
      tensors('B', isBytes ? [width, tile] : [tile, width], isBytes ? INT8 : FLOAT),
    ],
    [
      tensors('G', [tile, tile]),
      tensors('S', [blocks, tile]),
      ...(both ? [tensors('R', [tile, blocks])] : []),
    ],
    [
      shapeConstant('byColumn', [blocks, block, tile]),
      ...(both ? [shapeConstant('byRow', [tile, block, blocks])] : []),
      ...(isBytes
        ? [
            { name: 'zero', dims: [], dataType: UINT8, int32Data: [128] },
            { name: 'one', dims: [], dataType: FLOAT, floatData: [1] },
          ]
        : []),
    ],
  )
}

function encoded(
  name: string,
  nodes: object[],
  input: object[],
  output: object[],
  initializer: object[],
): Uint8Array {
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    opsetImport: [
      { domain: '', version: OPSET },
      { domain: CONTRIB, version: 1 },
    ],
    graph: { name, node: nodes, input, output, initializer },
  })
  // A copy, as the encoder hands out a slice of its pool.
  return Uint8Array.from(onnx.ModelProto.encode(model).finish())
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
  const rawData = new Uint8Array(matrix.buffer, matrix.byteOffset, 4 * n * d)
  const held = { name: 'B', dims: [n, d], dataType: FLOAT, rawData }
  const top = { ...node('TopK', ['G', 'K'], 'V'), output: ['V', 'I'] }
  return encoded(
    'largest',
    [node('Gemm', ['A', 'B'], 'G', [integer('transB', 1)]), top],
    [tensors('A', [tile, d])],
    [tensors('I', [tile, k], INT64)],
    [held, shapeConstant('K', [k])],
  )
}
