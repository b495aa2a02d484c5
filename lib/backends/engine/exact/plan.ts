import { open } from 'node:fs/promises'
import { BLOCK_TYPES } from '../gguf/blocks'
import { metaValue, readHeader } from '../gguf/header'
import type { GgufHeader, TensorInfo } from '../gguf/header'

interface Family {
  /** Whether rotary positions turn neighbouring pairs, or the two halves of a head. */
  interleaved: boolean
  /** Whether queries and keys of each head are normalised. */
  headNorms: boolean
}

// Mistral and SmolLM files carry the name llama. Their converter orders queries and keys for neighbouring pairs.
const FAMILIES: Readonly<Record<string, Family>> = {
  llama: { interleaved: true, headNorms: false },
  qwen2: { interleaved: false, headNorms: false },
  qwen3: { interleaved: false, headNorms: true },
}

// What the graph below takes into account, or what does not change a loss. A key beyond these may.
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'attention.head_count',
  'attention.head_count_kv',
  'attention.key_length',
  'attention.layer_norm_rms_epsilon',
  'attention.sliding_window',
  'attention.value_length',
  'block_count',
  'context_length',
  'embedding_length',
  'feed_forward_length',
  'rope.dimension_count',
  'rope.freq_base',
  'rope.scaling.factor',
  'rope.scaling.finetuned',
  'rope.scaling.original_context_length',
  'rope.scaling.type',
  'vocab_size',
])
const DEFAULT_ROPE_BASE = 10_000

/** A model of the Llama family as the graph needs it. */
export interface ExactPlan extends Family {
  layers: number
  width: number
  heads: number
  kvHeads: number
  headSize: number
  epsilon: number
  ropeBase: number
  /** Divides positions. */
  ropeFactor: number
  vocabSize: number
  /** Tokens that a position looks back at most; null without a limit. */
  window: number | null
  tensors: ReadonlyMap<string, TensorInfo>
}

/** Name of the tensor that the head multiplies with: its own, or the embeddings. */
export function headTensor({ tensors }: Pick<ExactPlan, 'tensors'>): string {
  return tensors.has('output.weight') ? 'output.weight' : 'token_embd.weight'
}

/** Says why a model cannot be computed by the graph. */
class Unsuited extends Error {}

function reader(header: GgufHeader) {
  const values = new Map(header.meta.map((entry) => [entry.key, metaValue(entry)]))
  const architecture = values.get('general.architecture')
  const prefix = `${String(architecture)}.`
  const unknown = header.meta.find(
    ({ key }) => key.startsWith(prefix) && !KNOWN_KEYS.has(key.slice(prefix.length)),
  )
  return {
    architecture,
    unknown: unknown?.key,
    value: (key: string) => values.get(prefix + key),
    number(key: string, fallback?: number): number {
      const value = values.has(prefix + key) ? values.get(prefix + key) : fallback
      if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
      throw new Unsuited(`${prefix}${key} is not a number above 0`)
    },
  }
}

/** Shapes that the tensors must have, slowest dimension first. */
function* shapesOf(plan: ExactPlan, inner: number): Generator<[string, number[], optional?: true]> {
  const { width, heads, kvHeads, headSize, vocabSize } = plan
  const [q, kv] = [heads * headSize, kvHeads * headSize]
  yield ['token_embd.weight', [vocabSize, width]]
  yield ['output.weight', [vocabSize, width], true]
  yield ['output_norm.weight', [width]]
  yield ['rope_freqs.weight', [headSize / 2], true]
  for (let layer = 0; layer < plan.layers; layer += 1) {
    const at = `blk.${layer}.`
    const matrices: [string, number, number][] = [
      ['attn_q', q, width],
      ['attn_k', kv, width],
      ['attn_v', kv, width],
      ['attn_output', width, q],
      ['ffn_gate', inner, width],
      ['ffn_up', inner, width],
      ['ffn_down', width, inner],
    ]
    for (const [name, rows, columns] of matrices) {
      yield [`${at}${name}.weight`, [rows, columns]]
      yield [`${at}${name}.bias`, [rows], true]
    }
    yield [`${at}attn_norm.weight`, [width]]
    yield [`${at}ffn_norm.weight`, [width]]
    if (!plan.headNorms) continue
    yield [`${at}attn_q_norm.weight`, [headSize]]
    yield [`${at}attn_k_norm.weight`, [headSize]]
  }
}

function checkTensors(plan: ExactPlan, inner: number): void {
  const known = new Set<string>()
  for (const [name, shape, optional] of shapesOf(plan, inner)) {
    known.add(name)
    const tensor = plan.tensors.get(name)
    if (!tensor && optional) continue
    if (tensor?.shape.toReversed().join() !== shape.join()) {
      throw new Unsuited(
        `${name} has the shape ${tensor?.shape.toReversed().join(' x ') ?? 'of nothing'} where ${shape.join(' x ')} was expected`,
      )
    }
    if (!BLOCK_TYPES.has(tensor.type)) throw new Unsuited(`${name} has the type ${tensor.type}`)
  }
  const foreign = [...plan.tensors.keys()].find((name) => !known.has(name))
  if (foreign !== undefined) throw new Unsuited(`it has a tensor ${foreign}, which is not known`)
}

function planOf(header: GgufHeader): ExactPlan {
  const { architecture, unknown, value, number } = reader(header)
  const family = Object.hasOwn(FAMILIES, String(architecture)) && FAMILIES[String(architecture)]
  if (!family) throw new Unsuited(`its architecture is ${String(architecture)}`)
  if (unknown !== undefined) throw new Unsuited(`its setting ${unknown} is not known`)
  const scaling = value('rope.scaling.type') ?? 'none'
  if (scaling !== 'none' && scaling !== 'linear') {
    throw new Unsuited(`its positions are scaled by ${String(scaling)}`)
  }
  const width = number('embedding_length')
  const heads = number('attention.head_count')
  const tensors = new Map(header.tensors.map((tensor) => [tensor.name, tensor]))
  const headSize = number('attention.key_length', width / heads)
  const plan: ExactPlan = {
    ...family,
    layers: number('block_count'),
    width,
    heads,
    kvHeads: number('attention.head_count_kv', heads),
    headSize,
    epsilon: number('attention.layer_norm_rms_epsilon'),
    ropeBase: number('rope.freq_base', DEFAULT_ROPE_BASE),
    ropeFactor: scaling === 'linear' ? number('rope.scaling.factor') : 1,
    vocabSize: tensors.get('token_embd.weight')?.shape[1] ?? 0,
    window: Number(value('attention.sliding_window') ?? 0) || null,
    tensors,
  }
  if (headSize % 2 !== 0 || number('rope.dimension_count', headSize) !== headSize) {
    throw new Unsuited('only a part of each head is turned by its position')
  }
  if (number('attention.value_length', headSize) !== headSize) {
    throw new Unsuited('its keys and values have different lengths')
  }
  if (plan.heads % plan.kvHeads !== 0) throw new Unsuited('its heads cannot be grouped')
  checkTensors(plan, number('feed_forward_length'))
  return plan
}

/**
 * Returns the plan of a model that the graph computes as it is meant, or the reason why it does not. Whatever a header
 * says or holds beyond what is known here is a reason. Throws a plain Error for a file that is no GGUF.
 */
export async function readPlan(file: string): Promise<ExactPlan | { unsuited: string }> {
  const handle = await open(file)
  try {
    return planOf(await readHeader(handle))
  } catch (error) {
    if (error instanceof Unsuited) return { unsuited: error.message }
    throw error
  } finally {
    await handle.close()
  }
}
