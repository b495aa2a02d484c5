import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AutoModel, AutoTokenizer, Tensor, env } from '@huggingface/transformers'
import type { PreTrainedModel, PreTrainedTokenizer } from '@huggingface/transformers'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import type { EmbedReply } from '../types'
import type { EmbeddingModel } from './config'
import { batchByLength, cutPieces, meanPool } from './pooling'

// Beyond this, larger batches gained nothing on the processors measured.
const BATCH_TEXTS = 8
const BATCH_TOKENS = 2_048
// A vector may move by rounding, not by what stands beside it.
const SAME = 1e-6
const CHECK_TEXTS = [
  'Name one planet.',
  'Explain in three sentences why the sky looks blue at noon and red in the evening, and give an example.',
]

/** What the child process needs to open a model. */
export interface EmbeddingArgs extends EmbeddingModel {
  folder: string
  threads: number
}

/** What is known about an opened model. */
export interface EmbeddingInfo {
  runtime: string
  /** Texts computed together; 1 where a text's vector would depend on its neighbours. */
  batchTexts: number
  /** Largest difference in any component between a text alone and in a batch. */
  batchDifference: number
}

/** Sentence embeddings by transformers.js on onnxruntime: mean over the text's own pieces, length 1. */
export class EmbeddingEngine {
  private batchTexts = BATCH_TEXTS
  private turn: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly model: PreTrainedModel,
    private readonly tokenizer: PreTrainedTokenizer,
    private readonly args: EmbeddingArgs,
  ) {}

  /** Opens a model from a local folder; never reaches out. Throws `backend_unavailable` when it cannot. */
  static async open(
    args: EmbeddingArgs,
  ): Promise<{ engine: EmbeddingEngine; info: EmbeddingInfo }> {
    env.allowRemoteModels = false
    env.localModelPath = `${path.dirname(args.folder)}${path.sep}`
    const name = path.basename(args.folder)
    try {
      const tokenizer = await AutoTokenizer.from_pretrained(name)
      const model = await AutoModel.from_pretrained(name, {
        dtype: args.dtype,
        device: 'cpu',
        session_options: {
          intraOpNumThreads: args.threads,
          interOpNumThreads: 1,
          // Waiting threads that spin make everything three times slower while other programs run.
          extra: { session: { intra_op: { allow_spinning: '0' } } },
        },
      })
      const engine = new EmbeddingEngine(model, tokenizer, args)
      const batchDifference = await engine.compareBatches()
      if (!(batchDifference <= SAME)) engine.batchTexts = 1
      const runtime = `transformers.js ${env.version}`
      return { engine, info: { runtime, batchTexts: engine.batchTexts, batchDifference } }
    } catch (error) {
      throw new AppError(
        'backend_unavailable',
        `The embedding model in ${args.folder} cannot be opened (${errorMessage(error).slice(0, 200)}).`,
        { cause: error },
      )
    }
  }

  /** Returns one vector a text; calls wait for each other, because one call fills the processor. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<EmbedReply> {
    const run = this.turn.then(() => this.embedNow(texts, signal))
    this.turn = run.catch(() => undefined)
    return run
  }

  private async embedNow(texts: readonly string[], signal?: AbortSignal): Promise<EmbedReply> {
    throwIfAborted(signal)
    const pieces = texts.map((text) => cutPieces(this.tokenizer.encode(text), this.args.maxPieces))
    const vectors: Float32Array[] = texts.map(() => new Float32Array(0))
    const limits = { texts: this.batchTexts, tokens: BATCH_TOKENS }
    const lengths = pieces.map(({ ids }) => ids.length)
    for (const batch of batchByLength(lengths, limits)) {
      throwIfAborted(signal)
      const states = await this.states(
        batch.texts.map((text) => pieces[text]?.ids ?? []),
        batch.length,
      )
      batch.texts.forEach((text, row) => {
        const count = lengths[text] ?? 0
        vectors[text] = meanPool(states, row * batch.length, count, this.args.dimension)
      })
      await nextTurn()
    }
    return { vectors, truncated: pieces.map(({ cut }) => cut) }
  }

  private async states(rows: readonly number[][], length: number): Promise<Float32Array> {
    const shape = [rows.length, length]
    const ids = new BigInt64Array(rows.length * length)
    const mask = new BigInt64Array(rows.length * length)
    rows.forEach((row, r) => {
      row.forEach((id, i) => {
        ids[r * length + i] = BigInt(id)
        mask[r * length + i] = 1n
      })
    })
    const inputs: Record<string, Tensor> = {
      input_ids: new Tensor('int64', ids, shape),
      attention_mask: new Tensor('int64', mask, shape),
    }
    // BERT has segment numbers, MPNet has none.
    if (this.inputNames().includes('token_type_ids')) {
      inputs.token_type_ids = new Tensor('int64', new BigInt64Array(ids.length), shape)
    }
    const output = (await this.model(inputs)) as Record<string, Tensor | undefined>
    // The second name is what the exporter of sentence-transformers writes.
    const data = (output.last_hidden_state ?? output.token_embeddings)?.data
    const expected = rows.length * length * this.args.dimension
    if (!(data instanceof Float32Array) || data.length !== expected) {
      throw new AppError('data_error', 'The embedding model returned another shape than expected.')
    }
    return data
  }

  private inputNames(): readonly string[] {
    const sessions = this.model.sessions as Record<string, { inputNames?: readonly string[] }>
    return sessions.model?.inputNames ?? []
  }

  private async compareBatches(): Promise<number> {
    const together = await this.embedNow(CHECK_TEXTS)
    let largest = 0
    for (const [index, text] of CHECK_TEXTS.entries()) {
      const alone = (await this.embedNow([text])).vectors[0] as Float32Array
      const among = together.vectors[index] as Float32Array
      alone.forEach((value, k) => {
        largest = Math.max(largest, Math.abs(value - (among[k] ?? Number.NaN)))
      })
    }
    return largest
  }
}
