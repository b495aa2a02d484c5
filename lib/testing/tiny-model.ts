import { writeFileSync } from 'node:fs'
import { GGML_TYPE } from '@/lib/backends/engine/gguf/blocks'
import { writeHeader } from '@/lib/backends/engine/gguf/header'
import type { MetaEntry, TensorInfo } from '@/lib/backends/engine/gguf/header'

/** Shape and settings of a tiny model with random weights. */
export interface TinyModel {
  architecture: 'llama' | 'qwen2' | 'qwen3'
  layers: number
  width: number
  heads: number
  kvHeads: number
  headSize: number
  inner: number
  vocab: number
  ropeBase: number
  ropeFactor: number
  epsilon: number
  matrices: Map<string, Float32Array>
}

const text = (key: string, value: string): MetaEntry => {
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(Buffer.byteLength(value)))
  return { key, type: 8, value: new Uint8Array(Buffer.concat([size, Buffer.from(value)])) }
}
const integer = (key: string, value: number): MetaEntry => ({
  key,
  type: 4,
  value: new Uint8Array(Uint32Array.of(value).buffer),
})
const float = (key: string, value: number): MetaEntry => ({
  key,
  type: 6,
  value: new Uint8Array(Float32Array.of(value).buffer),
})

/** Numbers that look random and are the same each time: mulberry32. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What differs from the plain model. */
export interface TinyOptions {
  architecture?: TinyModel['architecture']
  /** Gives the head weights of its own. */
  untied?: boolean
  /** Adds factors of the frequencies of positions. */
  factors?: boolean
  /** Divides positions. */
  ropeFactor?: number
  /** Further entries of the header. */
  meta?: MetaEntry[]
  /** Changes names, numbers and shapes before the file is written. */
  change?(tensors: Map<string, { shape: number[]; values: Float32Array }>): void
}

/** Writes a tiny model with random weights as a GGUF file and returns what is in it. */
export function writeTinyModel(file: string, options: TinyOptions = {}): TinyModel {
  const { architecture = 'llama', ropeFactor = 1 } = options
  const [layers, width, heads, kvHeads, headSize, inner, vocab] = [2, 32, 4, 2, 16, 48, 80]
  const random = numbers(7)
  const tensors = new Map<string, { shape: number[]; values: Float32Array }>()
  const add = (name: string, shape: number[], around = 0, spread = 0.6) => {
    const size = shape.reduce((product, n) => product * n, 1)
    const values = Float32Array.from({ length: size }, () => around + spread * (random() - 0.5))
    tensors.set(name, { shape, values })
  }
  add('token_embd.weight', [width, vocab], 0, 2)
  add('output_norm.weight', [width], 1)
  if (options.untied) add('output.weight', [width, vocab], 0, 2)
  if (options.factors) add('rope_freqs.weight', [headSize / 2], 3, 4)
  for (let layer = 0; layer < layers; layer += 1) {
    const at = `blk.${layer}.`
    const parts: [string, number][] = [
      ['q', heads],
      ['k', kvHeads],
      ['v', kvHeads],
    ]
    for (const [part, count] of parts) {
      add(`${at}attn_${part}.weight`, [width, count * headSize])
      if (architecture === 'qwen2') add(`${at}attn_${part}.bias`, [count * headSize])
      if (architecture === 'qwen3' && part !== 'v')
        add(`${at}attn_${part}_norm.weight`, [headSize], 1)
    }
    add(`${at}attn_output.weight`, [heads * headSize, width])
    add(`${at}ffn_gate.weight`, [width, inner])
    add(`${at}ffn_up.weight`, [width, inner])
    add(`${at}ffn_down.weight`, [inner, width])
    add(`${at}attn_norm.weight`, [width], 1)
    add(`${at}ffn_norm.weight`, [width], 1)
  }
  options.change?.(tensors)
  const [ropeBase, epsilon] = [10_000, 1e-5]
  const key = (name: string) => `${architecture}.${name}`
  const meta = [
    text('general.architecture', architecture),
    integer(key('block_count'), layers),
    integer(key('context_length'), 2_048),
    integer(key('embedding_length'), width),
    integer(key('feed_forward_length'), inner),
    integer(key('attention.head_count'), heads),
    integer(key('attention.head_count_kv'), kvHeads),
    integer(key('attention.key_length'), headSize),
    integer(key('attention.value_length'), headSize),
    float(key('attention.layer_norm_rms_epsilon'), epsilon),
    float(key('rope.freq_base'), ropeBase),
    ...(ropeFactor === 1
      ? []
      : [text(key('rope.scaling.type'), 'linear'), float(key('rope.scaling.factor'), ropeFactor)]),
    ...(options.meta ?? []),
  ]
  const infos: TensorInfo[] = []
  let offset = 0
  for (const [name, { shape, values }] of tensors) {
    infos.push({ name, shape, type: GGML_TYPE.F32, offset })
    offset += Math.ceil(values.byteLength / 32) * 32
  }
  const head = writeHeader({ version: 3, alignment: 32, meta, tensors: infos })
  const bytes = new Uint8Array(head.length + offset)
  bytes.set(head)
  infos.forEach((info) => {
    const { buffer } = (tensors.get(info.name) as { values: Float32Array }).values
    bytes.set(new Uint8Array(buffer), head.length + info.offset)
  })
  writeFileSync(file, bytes)
  return {
    architecture,
    layers,
    width,
    heads,
    kvHeads,
    headSize,
    inner,
    vocab,
    epsilon,
    ropeBase,
    ropeFactor,
    matrices: new Map([...tensors].map(([name, { values }]) => [name, values])),
  }
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i)
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number)
  return sum
}

/** Log-probabilities of the tokens of a text after the first one, written out plainly in float64. */
export function plainScores(model: TinyModel, ids: readonly number[]): number[] {
  const { width, heads, kvHeads, headSize, epsilon } = model
  const weights = (name: string) => model.matrices.get(name) as Float32Array
  const times = (x: number[], name: string) => {
    const matrix = weights(`${name}.weight`)
    const bias = model.matrices.get(`${name}.bias`)
    return range(matrix.length / x.length).map(
      (row) => dot(x, matrix.subarray(row * x.length, (row + 1) * x.length)) + (bias?.[row] ?? 0),
    )
  }
  const norm = (x: number[], name: string) => {
    const scale = 1 / Math.sqrt(dot(x, x) / x.length + epsilon)
    return x.map((value, i) => value * scale * (weights(name)[i] as number))
  }
  const turn = (x: number[], position: number) => {
    const half = headSize / 2
    const out = [...x]
    for (const i of range(half)) {
      const factor = model.matrices.get('rope_freqs.weight')?.[i] ?? 1
      const angle = (position / model.ropeFactor) * (model.ropeBase ** (-i / half) / factor)
      const [a, b] = model.architecture === 'llama' ? [2 * i, 2 * i + 1] : [i, i + half]
      const [left, right] = [x[a] as number, x[b] as number]
      out[a] = left * Math.cos(angle) - right * Math.sin(angle)
      out[b] = left * Math.sin(angle) + right * Math.cos(angle)
    }
    return out
  }
  const split = (x: number[], count: number) =>
    range(count).map((h) => x.slice(h * headSize, (h + 1) * headSize))
  let states = ids.map((id) => [
    ...weights('token_embd.weight').subarray(id * width, (id + 1) * width),
  ])
  for (const layer of range(model.layers)) {
    const at = `blk.${layer}.`
    const normed = states.map((x) => norm(x, `${at}attn_norm.weight`))
    const part = (name: string, count: number) =>
      normed.map((x, position) =>
        split(times(x, `${at}attn_${name}`), count).map((head) => {
          if (name === 'v') return head
          const own =
            model.architecture === 'qwen3' ? norm(head, `${at}attn_${name}_norm.weight`) : head
          return turn(own, position)
        }),
      )
    const [q, k, v] = [part('q', heads), part('k', kvHeads), part('v', kvHeads)]
    states = states.map((x, position) => {
      const mixed = range(heads).flatMap((h) => {
        const shared = Math.floor((h * kvHeads) / heads)
        const query = q[position]?.[h] as number[]
        const raw = range(position + 1).map(
          (p) => dot(query, k[p]?.[shared] as number[]) / Math.sqrt(headSize),
        )
        const top = Math.max(...raw)
        const shares = raw.map((value) => Math.exp(value - top))
        const total = shares.reduce((sum, share) => sum + share, 0)
        return range(headSize).map(
          (i) =>
            shares.reduce((sum, share, p) => sum + share * (v[p]?.[shared]?.[i] as number), 0) /
            total,
        )
      })
      const after = times(mixed, `${at}attn_output`).map((value, i) => value + (x[i] as number))
      const inside = norm(after, `${at}ffn_norm.weight`)
      const up = times(inside, `${at}ffn_up`)
      const gated = times(inside, `${at}ffn_gate`).map(
        (value, i) => (value / (1 + Math.exp(-value))) * (up[i] as number),
      )
      return times(gated, `${at}ffn_down`).map((value, i) => value + (after[i] as number))
    })
  }
  const head = model.matrices.has('output.weight') ? 'output' : 'token_embd'
  return ids.slice(1).map((id, position) => {
    const logits = times(norm(states[position] as number[], 'output_norm.weight'), head)
    const top = Math.max(...logits)
    return (
      (logits[id] as number) - top - Math.log(logits.reduce((sum, x) => sum + Math.exp(x - top), 0))
    )
  })
}
