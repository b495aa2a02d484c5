import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AutoTokenizer, env } from '@huggingface/transformers'
import type { PreTrainedTokenizer } from '@huggingface/transformers'
import ort from 'onnxruntime-node'
import type { InferenceSession } from 'onnxruntime-node'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import type { EmbedReply } from '../types'
import { bertConfig, bertGraph } from './bert-graph'
import type { EmbeddingModel } from './config'
import { batchByLength, cutPieces, meanPool } from './pooling'
import { readSafetensors } from './safetensors'

// What a layer computes for this many pieces stays in the cache of a core: 1,024 took 16 % more processor time.
const BATCH_TOKENS = 512
// A vector may move by the rounding of float32, not by what stands beside it.
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
  /** Largest difference in any component between a text alone and in a batch. */
  batchDifference: number
}

/** Returns what onnxruntime opens: the path of an ONNX model, or the graph of a BERT encoder with its weights. */
async function modelOf({ folder, weights }: EmbeddingArgs): Promise<string | Uint8Array> {
  if (weights.endsWith('.onnx')) return path.join(folder, weights)
  const config: unknown = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8'))
  return bertGraph(bertConfig.parse(config), await readSafetensors(path.join(folder, weights)))
}

/** Sentence embeddings by onnxruntime in float32: mean over the text's own pieces, length 1. */
export class EmbeddingEngine {
  private turn: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly session: InferenceSession,
    private readonly tokenizer: PreTrainedTokenizer,
    private readonly args: EmbeddingArgs,
  ) {}

  /** Opens a model from a local folder; never reaches out. Throws `backend_unavailable` when it cannot. */
  static async open(
    args: EmbeddingArgs,
  ): Promise<{ engine: EmbeddingEngine; info: EmbeddingInfo }> {
    env.allowRemoteModels = false
    env.localModelPath = `${path.dirname(args.folder)}${path.sep}`
    try {
      const tokenizer = await AutoTokenizer.from_pretrained(path.basename(args.folder))
      // One of two overloads, so that both kinds of model are opened alike.
      const create = ort.InferenceSession.create as (
        model: string | Uint8Array,
        options: InferenceSession.SessionOptions,
      ) => Promise<InferenceSession>
      const session = await create(await modelOf(args), {
        intraOpNumThreads: args.threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        // Waiting threads that spin make everything three times slower while other programs run.
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      })
      const engine = new EmbeddingEngine(session, tokenizer, args)
      const batchDifference = await engine.compareBatches()
      if (!(batchDifference <= SAME)) {
        throw new Error(`a vector differs by ${batchDifference} with what stands beside its text`)
      }
      const runtime = `onnxruntime ${ort.env.versions.node}`
      return { engine, info: { runtime, batchDifference } }
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
    const lengths = pieces.map(({ ids }) => ids.length)
    for (const batch of batchByLength(lengths, BATCH_TOKENS)) {
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
    const output = await this.session.run({
      input_ids: new ort.Tensor('int64', ids, shape),
      attention_mask: new ort.Tensor('int64', mask, shape),
    })
    // The second name is what the exporter of sentence-transformers writes.
    const data = (output.last_hidden_state ?? output.token_embeddings)?.data
    const expected = rows.length * length * this.args.dimension
    if (!(data instanceof Float32Array) || data.length !== expected) {
      throw new AppError('data_error', 'The embedding model returned another shape than expected.')
    }
    return data
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
