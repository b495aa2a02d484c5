import onnxProto from 'onnx-proto'

const { onnx } = onnxProto
const { FLOAT: REAL, GRAPH, INT, INTS } = onnx.AttributeProto.AttributeType

/** Domain of onnxruntime's own operators, which do several steps at once. */
export const FUSED = 'com.microsoft'

/** Types of elements, as tensors name them. */
export const { BOOL, FLOAT, INT8, INT32, INT64, UINT8 } = onnx.TensorProto.DataType

/** Whole numbers that an operator takes, and under `floats` those that are not. */
export type Attributes = Readonly<Record<string, number | number[]>>

/** An operator: its type, and its domain where that is not the standard's. */
export type Operator = [type: string, domain?: string]

/** Nodes of a part of a graph, and the name of what they give. */
interface BranchNodes {
  nodes: object[]
  result: string
}

/** Returns a node of a graph. */
export function onnxNode(
  [opType, domain = '']: Operator,
  input: readonly string[],
  output: readonly string[],
  attributes: Attributes = {},
  floats: Readonly<Record<string, number>> = {},
): object {
  const attribute = [
    ...Object.entries(attributes).map(([name, value]) =>
      Array.isArray(value) ? { name, ints: value, type: INTS } : { name, i: value, type: INT },
    ),
    ...Object.entries(floats).map(([name, f]) => ({ name, f, type: REAL })),
  ]
  return { opType, domain, input, output, attribute }
}

/**
 * Returns a node that computes one of two parts of a graph, each a list of nodes whose last one gives the result; they
 * see the names of the graph around them.
 */
export function onnxChoice(
  condition: string,
  output: string,
  [whenTrue, whenFalse]: readonly [BranchNodes, BranchNodes],
): object {
  const branch = (name: string, { nodes, result }: BranchNodes) => ({
    name,
    type: GRAPH,
    g: { name: `${output}.${name}`, node: nodes, output: [{ name: result }] },
  })
  const attribute = [branch('then_branch', whenTrue), branch('else_branch', whenFalse)]
  return { opType: 'If', domain: '', input: [condition], output: [output], attribute }
}

/** Returns what a graph takes or gives: sizes that are not known have names. */
export function tensorInfo(
  name: string,
  elemType: number,
  shape: readonly (string | number)[],
): object {
  const dim = shape.map((size) =>
    typeof size === 'number' ? { dimValue: size } : { dimParam: size },
  )
  return { name, type: { tensorType: { elemType, shape: { dim } } } }
}

/** Returns a list of whole numbers that stands in a graph, such as a shape. */
export function integerList(name: string, values: readonly number[]): object {
  return { name, dims: [values.length], dataType: INT64, int64Data: values }
}

/** Returns numbers that stand in a graph; they are not copied. */
export function floatTensor(name: string, dims: readonly number[], values: Float32Array): object {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return { name, dims, dataType: FLOAT, rawData }
}

/** The parts of a graph. */
interface OnnxGraph {
  name: string
  node: object[]
  input: object[]
  output: object[]
  initializer: object[]
}

/** Returns the bytes of a model; `opset` and `irVersion` are the lowest pair that knows its operators in the form used. */
export function encodeModel(
  graph: OnnxGraph,
  { opset, irVersion }: { opset: number; irVersion: number },
): Uint8Array {
  const model = onnx.ModelProto.create({
    irVersion,
    opsetImport: [
      { domain: '', version: opset },
      { domain: FUSED, version: 1 },
    ],
    graph,
  })
  const bytes = onnx.ModelProto.encode(model).finish()
  // The encoder hands out a slice of its pool where the model is small.
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes)
}
