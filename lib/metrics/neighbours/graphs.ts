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

function floats(name: string, shape: number[]) {
  const dim = shape.map((dimValue) => ({ dimValue }))
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } }
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
  const outputs = [floats('R', [tile, blocks])]
  const shapes = [shapeConstant('byRow', [tile, blocks, block])]
  if (!diagonal) {
    nodes.push(
      node('Reshape', ['G', 'byColumn'], 'GS'),
      node('ReduceMax', ['GS'], 'S', [integers('axes', [1]), noKeep]),
    )
    outputs.push(floats('S', [blocks, tile]))
    shapes.push(shapeConstant('byColumn', [blocks, block, tile]))
  }
  const inputs = [floats('A', [tile, width]), floats('B', [tile, width])]
  if (diagonal) inputs.push(floats('C', [tile, tile]))
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: diagonal ? 'diagonal' : 'upper',
      node: nodes,
      input: inputs,
      output: outputs,
      initializer: shapes,
    },
  })
  // A copy, as the encoder hands out a slice of its pool.
  return Uint8Array.from(onnx.ModelProto.encode(model).finish())
}
