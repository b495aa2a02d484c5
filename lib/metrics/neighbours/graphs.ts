import onnxProto from 'onnx-proto'

const { onnx } = onnxProto
const { FLOAT, INT64 } = onnx.TensorProto.DataType
// The lowest pair that knows Gemm, Reshape and ReduceMax in the form used here.
const OPSET = 13
const IR_VERSION = 7

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
 * Returns the bytes of an ONNX model without weights: G = A B^T for two tiles of `tile` rows, R the maxima of G over
 * blocks of columns (tile x tile / block), S those over blocks of rows. The diagonal form adds C to G, which masks the
 * rows themselves, and leaves S out, as G is symmetric there.
 */
export function tileGraph(
  tile: number,
  width: number,
  block: number,
  diagonal: boolean,
): Uint8Array {
  const blocks = tile / block
  const noKeep = integer('keepdims', 0)
  const nodes = [
    node('Gemm', diagonal ? ['A', 'B', 'C'] : ['A', 'B'], 'G', [integer('transB', 1)]),
    node('Reshape', ['G', 'byRow'], 'GR'),
    node('ReduceMax', ['GR'], 'R', [integers('axes', [2]), noKeep]),
  ]
  const outputs = [tensors('R', [tile, blocks])]
  const shapes = [shapeConstant('byRow', [tile, blocks, block])]
  if (!diagonal) {
    nodes.push(
      node('Reshape', ['G', 'byColumn'], 'GS'),
      node('ReduceMax', ['GS'], 'S', [integers('axes', [1]), noKeep]),
    )
    outputs.push(tensors('S', [blocks, tile]))
    shapes.push(shapeConstant('byColumn', [blocks, block, tile]))
  }
  const inputs = [tensors('A', [tile, width]), tensors('B', [tile, width])]
  if (diagonal) inputs.push(tensors('C', [tile, tile]))
  return encoded(diagonal ? 'diagonal' : 'upper', nodes, inputs, outputs, shapes)
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
    opsetImport: [{ domain: '', version: OPSET }],
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
