import { open, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import ort from 'onnxruntime-node'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { throwIfAborted } from '@/lib/errors'
import type { GenerateArgs, GenerationResult, Scorer } from '../engine-types'
import { Generator } from '../generate'
import { BLOCK_TYPES, expandBlocks } from '../gguf/blocks'
import type { OpenPlaces } from '../reply-places'
import { exactPlaces, findHabits } from './exact-places'
import type { PlacesModel } from './exact-places'
import { Cells } from './cells'
import type { Held } from './cells'
import { bodyGraph, headGraph } from './graph'
import type { ReadVector } from './graph'
import { packTexts } from './packs'
import { readPlan } from './plan'
import type { ExactPlan } from './plan'

/** Tokens of one call, and of the longest text whose attention is computed whole. */
interface Limits {
  call: number
  whole: number
}

// Half a second of work of a small model: short enough to cancel, and longer calls gained nothing. Beyond 1,024 tokens
// the square of a text's length would take more memory than the weights of a small model.
const LIMITS: Limits = { call: 512, whole: 1_024 }
// Logits of one call stay below this, whatever the vocabulary.
const LOGITS_BYTES = 64 * 2 ** 20

const longs = (values: Iterable<number>, dims: number[]) =>
  new ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims)

const flag = (value: boolean) => new ort.Tensor('bool', [value], [])

const SESSION: InferenceSession.SessionOptions = {
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 3,
  graphOptimizationLevel: 'all',
}

async function readVectors(file: string, plan: ExactPlan): Promise<ReadVector> {
  const vectors = new Map<string, Float32Array>()
  const handle = await open(file)
  try {
    for (const { name, shape, type, offset } of plan.tensors.values()) {
      const block = BLOCK_TYPES.get(type)
      if (shape.length !== 1 || !block) continue
      const data = new Uint8Array(((shape[0] ?? 0) / block.entries) * block.bytes)
      await handle.read(data, 0, data.length, offset)
      const values = expandBlocks(block, data)
      if (!values.every(Number.isFinite)) throw new Error(`${name} holds what is not a number`)
      vectors.set(name, values)
    }
  } finally {
    await handle.close()
  }
  return (name) => {
    const values = vectors.get(name)
    if (!values) throw new Error(`the file lacks ${name}`)
    return values
  }
}

/** Runtime that computes exact scores, as identities name it. */
export const EXACT_RUNTIME = `onnxruntime ${ort.env.versions.node ?? 'of an unknown version'}`

/** What an exact scorer is opened with. */
export interface ExactOptions {
  /** GGUF file whose matrices are float32. */
  weights: string
  threads: number
  contextLength: number
  /** Tokens that the tokenizer knows. */
  vocabSize: number
  tokenText: (id: number) => string
  limits?: Limits
}

/** Token losses in float32: the decoder as an ONNX graph over the weights of a GGUF file. */
export class ExactScorer implements Scorer {
  private readonly limits: Limits
  private readonly generator: Generator

  private constructor(
    private readonly plan: ExactPlan,
    private readonly body: InferenceSession,
    private readonly head: InferenceSession,
    private readonly options: ExactOptions,
  ) {
    this.limits = options.limits ?? LIMITS
    const { vocabSize, contextLength, tokenText } = options
    const bytes = new TextEncoder()
    this.generator = new Generator(
      {
        vocabSize,
        contextLength,
        tokenText,
        bytesOf: (id) => bytes.encode(tokenText(id)),
        isEnd: () => false,
        newGrammar: () => {
          throw new Error('a bare continuation has no grammar')
        },
      },
      async (tokens) => (await this.places(1))(tokens),
    )
  }

  /** Opens a file of float32 weights. Throws a plain Error with the reason when the graph does not suit it. */
  static async open(options: ExactOptions): Promise<ExactScorer> {
    const { weights, threads, contextLength } = options
    const plan = await readPlan(weights)
    if ('unsuited' in plan) throw new Error(plan.unsuited)
    if (plan.vocabSize !== options.vocabSize) {
      throw new Error(
        `it has ${plan.vocabSize} embeddings and its tokenizer ${options.vocabSize} tokens`,
      )
    }
    if (plan.window !== null && plan.window < contextLength) {
      throw new Error(`its tokens look back at no more than ${plan.window} others`)
    }
    const vector = await readVectors(weights, plan)
    const name = path.basename(weights)
    const graphs = [bodyGraph(plan, name, contextLength, vector), headGraph(plan, name, vector)]
    const sessions: InferenceSession[] = []
    for (const [i, graph] of graphs.entries()) {
      // A graph finds its weights beside its own file.
      const file = `${weights}.${process.pid}.${i}.onnx`
      try {
        await writeFile(file, graph)
        sessions.push(
          await ort.InferenceSession.create(file, {
            ...SESSION,
            intraOpNumThreads: threads,
            // Waiting threads that spin make everything slower while other programs run.
            extra: { session: { intra_op: { allow_spinning: '0' } } },
          }),
        )
      } finally {
        await rm(file, { force: true })
      }
    }
    const [body, head] = sessions as [InferenceSession, InferenceSession]
    return new ExactScorer(plan, body, head, options)
  }

  /** Returns the scores of each sequence; see BackendSession.scoreTokens. */
  async score(sequences: readonly Int32Array[], signal?: AbortSignal): Promise<Float32Array[]> {
    const results = sequences.map((ids) => new Float32Array(ids.length).fill(Number.NaN))
    // The last token predicts nothing that is asked for, so it is not computed.
    const lengths = sequences.map((ids) => ids.length - 1)
    for (const rows of packTexts(lengths, this.limits.call)) {
      const texts = rows.map((row) => sequences[row] as Int32Array)
      const scores = rows.map((row) => results[row] as Float32Array)
      const [first] = texts as [Int32Array]
      if (first.length - 1 > this.limits.whole)
        await this.scoreLong(first, scores[0] as Float32Array, signal)
      else {
        throwIfAborted(signal)
        const heads = texts.map((ids) => ids.subarray(0, -1))
        const earlier = heads.map(() => 0)
        const states = await this.states(heads, earlier, null)
        const next = texts.flatMap((ids) => [...ids.subarray(1)])
        const given = await this.given(states, next)
        let at = 0
        for (const list of scores) {
          list.set(given.subarray(at, at + list.length - 1), 1)
          at += list.length - 1
        }
      }
      await nextTurn()
    }
    return results
  }

  /** Returns what makes places for so many replies side by side, over the same graph. */
  async places(sequences: number): Promise<OpenPlaces> {
    const model: PlacesModel = {
      plan: this.plan,
      sequences,
      contextLength: this.options.contextLength,
      call: this.limits.call,
      states: (...asked) => this.states(...asked),
      logits: (states) => this.logits(states),
    }
    return exactPlaces(model, await findHabits(model))
  }

  /** Continues ids beyond any end, for the probe; no grammar is offered. */
  generate(...asked: GenerateArgs): Promise<GenerationResult> {
    return this.generator.generate(...asked)
  }

  async close(): Promise<void> {
    this.generator.free()
    await this.body.release()
    await this.head.release()
  }

  /**
   * Vectors of texts, one behind the other. With `held`, they go on behind `earlier` tokens each in cells, and leave
   * theirs there.
   */
  private async states(
    texts: readonly Int32Array[],
    earlier: readonly number[],
    held: Held | null,
  ): Promise<Tensor> {
    const longest = Math.max(...texts.map((ids) => ids.length))
    const count = texts.reduce((sum, ids) => sum + ids.length, 0)
    const places = new BigInt64Array(texts.length * longest)
    const positions = new BigInt64Array(texts.length * longest)
    const back = new BigInt64Array(count)
    const all = new BigInt64Array(count)
    let at = 0
    texts.forEach((ids, text) => {
      ids.forEach((id, i) => {
        const place = text * longest + i
        places[place] = BigInt(at)
        positions[place] = BigInt((earlier[text] as number) + i)
        back[at] = BigInt(place)
        all[at] = BigInt(id)
        at += 1
      })
    })
    const lengths = Int32Array.from(texts, (ids, i) => (earlier[i] as number) + ids.length - 1)
    const shape = [texts.length, longest]
    const asked = held?.as === 'prompt' ? [count - 1] : [...all.keys()]
    const past = held ?? { cells: new Cells(this.plan, texts.length, 0), first: 0, as: 'text' }
    const made = await this.body.run(
      {
        ids: new ort.Tensor('int64', all, [count]),
        places: new ort.Tensor('int64', places, shape),
        positions: new ort.Tensor('int64', positions, shape),
        back: new ort.Tensor('int64', back, [count]),
        asked: longs(asked, [asked.length]),
        asked_back: new ort.Tensor('int64', back.slice(count - asked.length), [asked.length]),
        lengths: new ort.Tensor('int32', lengths, [texts.length]),
        total: new ort.Tensor('int32', Int32Array.of(1 + Math.max(...lengths)), []),
        single: flag(past.as === 'step'),
        unseen: past.cells.unseen(earlier),
        ...past.cells.view(past.first, texts.length),
      },
      ['states', ...(held ? held.cells.made : [])],
    )
    held?.cells.write(held.first, earlier, made)
    return made.states as Tensor
  }

  private async logits(states: Tensor): Promise<Float32Array> {
    const rows = states.dims[0] as number
    // The graph of the head also takes a token that follows, of which nothing is asked here.
    const next = new ort.Tensor('int64', new BigInt64Array(rows), [rows, 1])
    const { logits } = await this.head.run({ states, next, scored: flag(false) }, ['logits'])
    return logits?.data as Float32Array
  }

  private async given(states: Tensor, next: readonly number[]): Promise<Float32Array> {
    const { width, vocabSize } = this.plan
    const step = Math.max(1, Math.floor(LOGITS_BYTES / (4 * vocabSize)))
    const data = states.data as Float32Array
    const given = new Float32Array(next.length)
    for (let from = 0; from < next.length; from += step) {
      const to = Math.min(next.length, from + step)
      const part = data.subarray(from * width, to * width)
      const found = await this.head.run(
        {
          states: new ort.Tensor('float32', part, [to - from, width]),
          next: longs(next.slice(from, to), [to - from, 1]),
          scored: flag(true),
        },
        ['given'],
      )
      const scores = found.given?.data as Float32Array
      // A probability never exceeds one, whatever rounding adds.
      scores.forEach((value, i) => {
        given[from + i] = Math.min(0, value)
      })
    }
    return given
  }

  private async scoreLong(ids: Int32Array, scores: Float32Array, signal?: AbortSignal) {
    const held: Held = { cells: new Cells(this.plan, 1, ids.length), first: 0, as: 'text' }
    for (let from = 0; from < ids.length - 1; from += this.limits.call) {
      throwIfAborted(signal)
      const to = Math.min(ids.length - 1, from + this.limits.call)
      const states = await this.states([ids.subarray(from, to)], [from], held)
      scores.set(await this.given(states, [...ids.subarray(from + 1, to + 1)]), from + 1)
      await nextTurn()
    }
  }
}
