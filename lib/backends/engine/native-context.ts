import { AppError } from '@/lib/errors'
import type { LlamaLibrary, Pointer } from './library'
import { FLASH_ATTENTION_OFF, GGML_TYPE_F32 } from './layout'

// Logits of one call stay below this; 512 tokens of a 49,152 vocabulary take 96 MB.
const LOGITS_BYTES = 128 * 2 ** 20
const MAX_BATCH = 512
const MIN_BATCH = 32
// llama.cpp rounds a sequence's cells up to this.
const CELL_STEP = 256

/** Returns how many tokens one decode call takes for a vocabulary, so that its logits stay within bounds. */
export function batchTokens(vocabSize: number): number {
  const fitting = Math.floor(LOGITS_BYTES / (4 * vocabSize))
  return Math.max(MIN_BATCH, Math.min(MAX_BATCH, fitting))
}

/** Returns the smallest step of a doubling ladder that holds `needed` tokens, at most `limit`. */
export function contextStep(needed: number, limit: number): number {
  let step = CELL_STEP * 4
  while (step < needed) step *= 2
  return Math.min(step, Math.ceil(limit / CELL_STEP) * CELL_STEP)
}

/** What a context is made for. */
export interface ContextShape {
  /** Tokens of the longest sequence. */
  length: number
  sequences: number
  /** Returns the number of threads for the next call. */
  threads: () => number
  /** Tokens of one decode call. */
  batch: number
}

/**
 * A context of llama.cpp with exact settings (no flash attention, 32-bit keys and values) and one stream of cells a
 * sequence: a sequence's numbers then depend on its own tokens alone. Holds the batch arrays in native memory.
 */
export class NativeContext {
  readonly length: number
  private readonly context: Pointer
  private readonly memory: Pointer
  private readonly tokens: Int32Array
  private readonly positions: Int32Array
  private readonly owners: Int32Array
  private readonly wanted: Int8Array
  private readonly batch: Record<string, unknown>
  private count = 0
  private outputs = 0
  private threads: number

  constructor(
    private readonly library: LlamaLibrary,
    model: Pointer,
    private readonly vocabSize: number,
    readonly shape: ContextShape,
  ) {
    this.threads = shape.threads()
    const params = library.contextParams()
    Object.assign(params, {
      n_ctx: shape.length * shape.sequences,
      n_batch: shape.batch,
      n_ubatch: shape.batch,
      n_seq_max: shape.sequences,
      n_outputs_max: shape.batch,
      n_threads: this.threads,
      n_threads_batch: this.threads,
      flash_attn_type: FLASH_ATTENTION_OFF,
      type_k: GGML_TYPE_F32,
      type_v: GGML_TYPE_F32,
      kv_unified: false,
    })
    this.context = library.newContext(model, params)
    if (!this.context) {
      throw new AppError(
        'backend_unavailable',
        `There is no memory for ${shape.sequences} sequences of ${shape.length} tokens. Lower the number of sequences or the context length.`,
      )
    }
    this.memory = library.memory(this.context)
    this.length = library.contextOfSequence(this.context)
    const size = shape.batch
    const tokens = library.allocate(4 * size)
    const positions = library.allocate(4 * size)
    const owners = library.allocate(4 * size)
    const ownerCounts = library.allocate(4 * size)
    const ownerLists = library.allocate(8 * size)
    const wanted = library.allocate(size)
    this.tokens = new Int32Array(tokens.buffer)
    this.positions = new Int32Array(positions.buffer)
    this.owners = new Int32Array(owners.buffer)
    this.wanted = new Int8Array(wanted.buffer)
    new Int32Array(ownerCounts.buffer).fill(1)
    const lists = new BigInt64Array(ownerLists.buffer)
    for (let i = 0; i < size; i += 1) lists[i] = owners.address + BigInt(4 * i)
    this.batch = {
      n_tokens: 0,
      token: tokens.pointer,
      embd: null,
      pos: positions.pointer,
      n_seq_id: ownerCounts.pointer,
      seq_id: ownerLists.pointer,
      logits: wanted.pointer,
    }
  }

  /** Forgets all sequences. */
  clear(): void {
    this.library.clearMemory(this.memory, false)
  }

  /** Forgets a sequence from a position on; returns false where this kind of memory can only forget all of it. */
  forget(sequence: number, from = 0): boolean {
    return this.library.removeSequence(this.memory, sequence, from, -1)
  }

  /** Adds a token to the next call; `output` asks for the logits after it. */
  add(token: number, position: number, sequence: number, output: boolean): void {
    const at = this.count
    this.tokens[at] = token
    this.positions[at] = position
    this.owners[at] = sequence
    this.wanted[at] = output ? 1 : 0
    this.count += 1
    if (output) this.outputs += 1
  }

  /**
   * Decodes what was added. Returns the logits of the tokens whose output was asked for, one row of the vocabulary
   * each, in order; valid until the next call. Throws when llama.cpp refuses.
   */
  decode(): Float32Array {
    const { count, outputs } = this
    this.count = 0
    this.outputs = 0
    this.batch.n_tokens = count
    const threads = this.shape.threads()
    if (threads !== this.threads) this.library.setThreads(this.context, threads, threads)
    this.threads = threads
    const code = this.library.decode(this.context, this.batch)
    if (code !== 0) throw new Error(`llama_decode returned ${code} for ${count} tokens`)
    if (outputs === 0) return new Float32Array(0)
    const bytes = 4 * this.vocabSize * outputs
    return new Float32Array(this.library.view(this.library.logits(this.context), bytes))
  }

  free(): void {
    this.library.freeContext(this.context)
  }
}
