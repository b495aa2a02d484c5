import onnxProto from 'onnx-proto'
import {
  BOOL,
  encodeModel,
  FLOAT,
  floatTensor,
  FUSED,
  INT32,
  INT64,
  integerList,
  onnxChoice,
  onnxNode,
  tensorInfo,
  type Attributes,
  type Operator,
} from '@/lib/onnx-model'
import { headTensor } from './plan'
import type { ExactPlan } from './plan'

const { onnx } = onnxProto
// The lowest pair under which the fused operators of com.microsoft are there in the form used here.
const VERSIONS = { opset: 17, irVersion: 8 }
// Exponentials summed at once: over a whole vocabulary, float32 loses the small ones beside the largest, 4e-6 of the sum.
const SUMMED = 4_096

/** Returns the numbers of a vector of the model. */
export type ReadVector = (name: string) => Float32Array

/** Collects nodes and weights; a node's first output has the name of the node. */
class Graph {
  private nodes: object[] = []
  private readonly held = new Map<string, object>()
  private readonly inputs: object[] = []
  private readonly outputs: object[] = []

  constructor(
    private readonly plan: ExactPlan,
    private readonly weights: string,
    private readonly vector: ReadVector,
  ) {}

  input(name: string, elemType: number, ...shape: (string | number)[]): string {
    this.inputs.push(tensorInfo(name, elemType, shape))
    return name
  }

  output(name: string, ...shape: (string | number)[]): void {
    this.outputs.push(tensorInfo(name, FLOAT, shape))
  }

  /** Adds a node; returns the name of its first output. */
  node(
    operator: Operator,
    input: string[],
    output: string | string[],
    {
      floats = {},
      ...attributes
    }:
      | (Attributes & { floats?: Readonly<Record<string, number>> })
      | { floats?: Readonly<Record<string, number>> } = {},
  ): string {
    const names = [output].flat()
    this.nodes.push(onnxNode(operator, input, names, attributes, floats))
    return names[0] as string
  }

  /** Adds a choice between what two functions add; each returns the name of its result. Returns the name of the choice's. */
  choice(condition: string, output: string, whenTrue: () => string, whenFalse: () => string) {
    const around = this.nodes
    const part = (add: () => string) => {
      this.nodes = []
      const result = add()
      return { nodes: this.nodes, result }
    }
    const parts = [part(whenTrue), part(whenFalse)] as const
    this.nodes = around
    this.nodes.push(onnxChoice(condition, output, parts))
    return output
  }

  /** A matrix that lies in the file of weights. */
  matrix(name: string): string {
    const { shape, offset } = this.plan.tensors.get(name) ?? { shape: [], offset: 0 }
    const length = 4 * shape.reduce((product, size) => product * size, 1)
    const place = { location: this.weights, offset: String(offset), length: String(length) }
    this.held.set(name, {
      name,
      dims: shape.toReversed(),
      dataType: FLOAT,
      dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
      externalData: Object.entries(place).map(([key, value]) => ({ key, value })),
    })
    return name
  }

  /** A short list of numbers that stands in the graph itself. */
  constant(name: string, values: Float32Array, dims = [values.length]): string {
    this.held.set(name, floatTensor(name, dims, values))
    return name
  }

  shape(name: string, ...sizes: number[]): string {
    this.held.set(name, integerList(name, sizes))
    return name
  }

  norm(name: string): string {
    return this.constant(name, this.vector(name))
  }

  linear(input: string, name: string): string {
    const operands = [input, this.matrix(`${name}.weight`)]
    if (this.plan.tensors.has(`${name}.bias`)) operands.push(this.norm(`${name}.bias`))
    return this.node(['Gemm'], operands, name, { transB: 1 })
  }

  encoded(): Uint8Array {
    const graph = {
      name: 'exact',
      node: this.nodes,
      input: this.inputs,
      output: this.outputs,
      initializer: [...this.held.values()],
    }
    return encodeModel(graph, VERSIONS)
  }
}

/** Cosines and sines of every position, computed in float64 as the models' own code rounds them. */
function rotations(plan: ExactPlan, positions: number, factors: Float32Array | null) {
  const half = plan.headSize / 2
  const [cos, sin] = [new Float32Array(positions * half), new Float32Array(positions * half)]
  for (let i = 0; i < half; i += 1) {
    const frequency = plan.ropeBase ** ((-2 * i) / plan.headSize) / (factors?.[i] ?? 1)
    for (let p = 0; p < positions; p += 1) {
      const angle = (p / plan.ropeFactor) * frequency
      cos[p * half + i] = Math.cos(angle)
      sin[p * half + i] = Math.sin(angle)
    }
  }
  return { cos, sin, dims: [positions, half] }
}

/** Names of what is held of earlier tokens, and of what a call makes of its own. */
interface Carried {
  past: string
  made: string
}

/** Names of the keys and values that a text carries from one call to the next, in order of the layers. */
export function carriedNames({ layers }: ExactPlan): Carried[] {
  return Array.from({ length: layers }, (_, layer) =>
    ['k', 'v'].map((part) => ({ past: `past_${part}${layer}`, made: `made_${part}${layer}` })),
  ).flat()
}

/**
 * Returns the bytes of the decoder as an ONNX model up to the last norm: ids of texts that lie behind each other to vectors
 * of tokens. Only attention knows where texts begin: `places` lays the tokens out by text, `back` takes them back,
 * so nothing is computed twice for padding but the attention itself. Vectors are given of the tokens that are `asked`
 * for (`asked_back` is where they lie by text). Keys and values that a call makes are given on
 * their own: whoever keeps them puts them behind the earlier ones, of which none has to travel. `weights` is the file
 * that holds the matrices, beside the model's own.
 */
export function bodyGraph(
  plan: ExactPlan,
  weights: string,
  longest: number,
  vector: ReadVector,
): Uint8Array {
  const { heads, kvHeads, headSize, width, epsilon } = plan
  const graph = new Graph(plan, weights, vector)
  const ids = graph.input('ids', INT64, 'tokens')
  const places = graph.input('places', INT64, 'texts', 'longest')
  const back = graph.input('back', INT64, 'tokens')
  const asked = graph.input('asked', INT64, 'asked')
  const askedBack = graph.input('asked_back', INT64, 'asked')
  const positions = graph.input('positions', INT64, 'texts', 'longest')
  const lengths = graph.input('lengths', INT32, 'texts')
  const total = graph.input('total', INT32)
  const single = graph.input('single', BOOL)
  const unseen = graph.input('unseen', FLOAT, 'texts', 1, 1, 'earlier')
  const factors = plan.tensors.has('rope_freqs.weight') ? vector('rope_freqs.weight') : null
  const { cos, sin, dims } = rotations(plan, longest, factors)
  graph.constant('cos', cos, dims)
  graph.constant('sin', sin, dims)
  const flat = graph.shape('flat', -1, heads * headSize)
  const rms = { floats: { epsilon } }

  /** Normalises each head on its own. */
  const headNorm = (input: string, name: string, count: number) => {
    const parts = graph.node(
      ['Reshape'],
      [input, graph.shape(`by${count}`, -1, count, headSize)],
      `${name}.parts`,
    )
    const normed = graph.node(
      ['SimplifiedLayerNormalization'],
      [parts, graph.norm(`${name}_norm.weight`)],
      `${name}.normed`,
      { axis: -1, ...rms },
    )
    const joined = graph.shape(`joined${count}`, -1, count * headSize)
    return graph.node(['Reshape'], [normed, joined], `${name}.joined`)
  }
  const part = (input: string, name: string, count: number) => {
    const made = graph.linear(input, name)
    const normed = plan.headNorms && !name.endsWith('_v') ? headNorm(made, name, count) : made
    return graph.node(['Gather'], [normed, places], `${name}.placed`, { axis: 0 })
  }
  const turn = (input: string) =>
    graph.node(['RotaryEmbedding', FUSED], [input, positions, 'cos', 'sin'], `${input}.turned`, {
      interleaved: plan.interleaved ? 1 : 0,
    })
  const byToken = graph.shape('by_token', 0, 0, kvHeads, headSize)
  /** Gives what was made of the tokens of a call, by head. */
  const give = (input: string, name: string) => {
    const parts = graph.node(['Reshape'], [input, byToken], `${input}.heads`)
    graph.node(['Transpose'], [parts], name, { perm: [0, 2, 1, 3] })
    graph.output(name, 'texts', kvHeads, 'longest', headSize)
  }
  const grouped = graph.shape('grouped', 0, kvHeads, heads / kvHeads, headSize)
  const scaled = { transB: 1, floats: { alpha: 1 / Math.sqrt(headSize) } }
  const late = graph.shape('late', 1)
  const early = graph.shape('early', 0)
  const most = graph.shape('most', Number.MAX_SAFE_INTEGER)
  const last = graph.shape('last', -1)
  /** Attention of one token a text: where it lies, what is held is read once and copied nowhere. */
  const attendOne = (query: string, keys: Carried, values: Carried, at: string) => {
    const name = (part: string) => `${at}one.${part}`
    const node = (operator: Operator, input: string[], part: string, more = {}) =>
      graph.node(operator, input, name(part), more)
    const by = node(['Reshape'], [query, grouped], 'query')
    const own = node(['FusedMatMul', FUSED], [by, keys.made], 'own', scaled)
    const held = node(['FusedMatMul', FUSED], [by, keys.past], 'held', scaled)
    const seen = node(['Add'], [held, unseen], 'seen')
    // The token itself comes first, so that the places of the sum do not depend on how much room there is.
    const scores = node(['Concat'], [own, seen], 'scores', { axis: 3 })
    const shares = node(['Softmax'], [scores], 'shares', { axis: -1 })
    const ofOwn = node(['Slice'], [shares, early, late, last], 'of_own')
    const ofHeld = node(['Slice'], [shares, late, most, last], 'of_held')
    const earlier = node(['MatMul'], [ofHeld, values.past], 'earlier')
    const itself = node(['Mul'], [ofOwn, values.made], 'itself')
    const sum = node(['Add'], [earlier, itself], 'sum')
    return node(['Reshape'], [sum, flat], 'lines')
  }
  /** Adds to the stream and normalises the sum. */
  const add = (stream: string, change: string, norm: string): [normed: string, stream: string] => {
    const sum = `${norm}.sum`
    const normed = graph.node(
      ['SkipSimplifiedLayerNormalization', FUSED],
      [stream, change, graph.norm(norm)],
      [`${norm}.out`, '', '', sum],
      rms,
    )
    return [normed, sum]
  }

  let stream = graph.node(['Gather'], [graph.matrix('token_embd.weight'), ids], 'embedded', {
    axis: 0,
  })
  let normed = graph.node(
    ['SimplifiedLayerNormalization'],
    [stream, graph.norm('blk.0.attn_norm.weight')],
    'first',
    { axis: -1, ...rms },
  )
  const carried = carriedNames(plan)
  for (const { past } of carried) {
    graph.input(past, FLOAT, 'texts', kvHeads, 'earlier', headSize)
  }
  for (let layer = 0; layer < plan.layers; layer += 1) {
    const at = `blk.${layer}.`
    const [keys, values] = carried.slice(2 * layer) as [Carried, Carried]
    const query = turn(part(normed, `${at}attn_q`, heads))
    const key = turn(part(normed, `${at}attn_k`, kvHeads))
    const value = part(normed, `${at}attn_v`, kvHeads)
    give(key, keys.made)
    give(value, values.made)
    const lines = graph.choice(
      single,
      `${at}lines`,
      () => attendOne(query, keys, values, at),
      () => {
        const attended = graph.node(
          ['GroupQueryAttention', FUSED],
          [query, key, value, keys.past, values.past, lengths, total],
          [`${at}attended`, `${at}keys`, `${at}values`],
          { num_heads: heads, kv_num_heads: kvHeads },
        )
        return graph.node(['Reshape'], [attended, flat], `${at}several`)
      },
    )
    const isLast = layer + 1 === plan.layers
    const taken = graph.node(['Gather'], [lines, isLast ? askedBack : back], `${at}taken`, {
      axis: 0,
    })
    // What is not asked for ends with its keys and values.
    if (isLast) stream = graph.node(['Gather'], [stream, asked], 'asked_stream', { axis: 0 })
    const mixed = graph.linear(taken, `${at}attn_output`)
    ;[normed, stream] = add(stream, mixed, `${at}ffn_norm.weight`)
    const gate = graph.node(
      ['QuickGelu', FUSED],
      [graph.linear(normed, `${at}ffn_gate`)],
      `${at}gated`,
      { floats: { alpha: 1 } },
    )
    const inner = graph.node(['Mul'], [gate, graph.linear(normed, `${at}ffn_up`)], `${at}inner`)
    const fed = graph.linear(inner, `${at}ffn_down`)
    const next = isLast ? 'output_norm' : `blk.${layer + 1}.attn_norm`
    ;[normed, stream] = add(stream, fed, `${next}.weight`)
  }
  graph.node(['Identity'], [normed], 'states')
  graph.output('states', 'asked', width)
  return graph.encoded()
}

/** Returns the bytes of the head as an ONNX model: vectors to logits, and with the tokens that follow to one log-probability each. */
export function headGraph(plan: ExactPlan, weights: string, vector: ReadVector): Uint8Array {
  const graph = new Graph(plan, weights, vector)
  const states = graph.input('states', FLOAT, 'tokens', plan.width)
  const next = graph.input('next', INT64, 'tokens', 1)
  const logits = graph.node(['Gemm'], [states, graph.matrix(headTensor(plan))], 'logits', {
    transB: 1,
  })
  const scored = graph.input('scored', BOOL)
  const taken = graph.node(['GatherElements'], [logits, next], 'taken', { axis: 1 })
  const norm = () => {
    const total = sumOfExponentials(graph, plan, logits)
    return graph.node(['Sub'], [taken, total], 'normed')
  }
  // Who wants the logits does not pay for their sum.
  graph.choice(scored, 'given', norm, () => graph.node(['Identity'], [taken], 'bare'))
  graph.output('given', 'tokens', 1)
  graph.output('logits', 'tokens', plan.vocabSize)
  return graph.encoded()
}

/** Adds the logarithm of the sum of exponentials of each row of logits. */
function sumOfExponentials(graph: Graph, plan: ExactPlan, logits: string): string {
  const parts: number[] = []
  for (let left = plan.vocabSize; left > 0; left -= SUMMED) parts.push(Math.min(SUMMED, left))
  const names = parts.map((_, part) => `part${part}`)
  graph.node(['Split'], [logits, graph.shape('parts', ...parts)], names, { axis: 1 })
  const first = graph.shape('first', 0)
  // The sum of a part is what lies between its logits and their log-softmax.
  const sums = names.map((part) => {
    const softened = graph.node(['LogSoftmax'], [part], `${part}.soft`, { axis: -1 })
    const [logit, soft] = [part, softened].map((from) =>
      graph.node(['Gather'], [from, first], `${from}.first`, { axis: 1 }),
    ) as [string, string]
    return graph.node(['Sub'], [logit, soft], `${part}.sum`)
  })
  const joined = graph.node(['Concat'], sums, 'sums', { axis: 1 })
  return graph.node(['ReduceLogSumExp'], [joined], 'total', { axes: [1] })
}
