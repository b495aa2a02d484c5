import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { LlamaLogLevel, getLlama } from 'node-llama-cpp'
import type { GbnfJsonSchema, Llama } from 'node-llama-cpp'
import { AppError, errorMessage } from '@/lib/errors'
import { projectRoot } from '../child-process/root'
import type { CoreEngine, EngineArgs, EngineInfo, Scorer } from './engine-types'
import { EXACT_RUNTIME, ExactScorer } from './exact/exact-scorer'
import { expandModel } from './gguf/expand'
import { libraryFolder, openLibrary } from './library'
import { logSumExp } from './logsumexp'
import { readModelFacts } from './model-facts'
import { NativeEngine } from './native-engine'
import { PublicEngine } from './public-engine'

// Longer contexts are possible when asked for; by default their memory would surprise.
const DEFAULT_CONTEXT = 8_192
// Any competent model finds this easy, and no token follows itself, so a shift by one cannot hide.
export const PROBE_TEXT = 'Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday'
/** Largest difference in nats a token that the two paths may show under equal settings. */
export const PATH_TOLERANCE = 1e-3

// SmolLM2 decodes 1.3 times as fast with four sequences a step as with one; more adds memory, hardly speed.
const NATIVE_SEQUENCES = 4
// A step of 24 rows takes twice the time of a step of one: two full sets of rows of the kernels for AVX-512.
const EXACT_SEQUENCES = 24

/** An opened model with what is known about it. */
export interface OpenedEngine {
  /** Chats. */
  engine: CoreEngine
  /** Scores prompts; the same engine unless the weights are written out. */
  scorer: Scorer
  info: EngineInfo
  llama: Llama
}

function release(): string {
  const require = createRequire(path.join(projectRoot(), 'package.json'))
  const folder = path.dirname(path.dirname(require.resolve('node-llama-cpp')))
  const file = path.join(folder, 'llama', 'binariesGithubRelease.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { release: string }).release
}

async function openLlama(args: EngineArgs): Promise<Llama> {
  return getLlama({
    gpu: args.gpuLayers > 0 ? 'auto' : false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: args.threads,
    logLevel: LlamaLogLevel.error,
  })
}

/**
 * Compares scores with those of node-llama-cpp's public functions on the fixed text and the same file. Returns the
 * largest difference; throws when they disagree.
 */
async function compare(
  { scorer, tokenizer }: { scorer: Scorer; tokenizer: CoreEngine },
  llama: Llama,
  { modelPath, gpuLayers }: EngineArgs,
): Promise<number> {
  // One thread: several wait for each other by spinning, which takes minutes while other programs work.
  const options = { modelPath, gpuLayers, threads: 1, contextLength: 256 }
  const slow = await PublicEngine.open(llama, options)
  try {
    const ids = tokenizer.tokenize(PROBE_TEXT, false)
    const expected = slow.tokenize(PROBE_TEXT, false)
    if (ids.join() !== expected.join()) throw new Error('the fixed text has other tokens')
    const [found] = await scorer.score([ids])
    const [reference] = await slow.score([ids])
    let largest = 0
    for (let i = 1; i < ids.length; i += 1) {
      const difference = Math.abs((found?.[i] ?? Number.NaN) - (reference?.[i] ?? Number.NaN))
      if (!(difference <= PATH_TOLERANCE)) {
        throw new Error(`token ${i} of the fixed text differs by ${difference} nats`)
      }
      largest = Math.max(largest, difference)
    }
    return largest
  } finally {
    await slow.close()
  }
}

type Opened<T> = { engine: T; difference: number } | { reason: string }

/** Opens a model by llama.cpp's library directly, or says why that cannot be relied on. */
async function openNative(
  llama: Llama,
  version: string,
  args: EngineArgs & { contextLength: number },
): Promise<Opened<NativeEngine>> {
  let engine: NativeEngine | null = null
  try {
    const library = openLibrary(libraryFolder(llama.gpu), version)
    engine = new NativeEngine(library, { ...args, sequences: args.sequences ?? NATIVE_SEQUENCES })
    const both = { scorer: engine, tokenizer: engine }
    return { engine, difference: await compare(both, llama, args) }
  } catch (error) {
    await engine?.close()
    return { reason: errorMessage(error) }
  }
}

/** Opens the graph in exact float32 over weights that are written out, or says why it does not suit them. */
async function openExact(
  llama: Llama,
  tokenizer: CoreEngine,
  args: EngineArgs & { contextLength: number },
): Promise<Opened<ExactScorer>> {
  let engine: ExactScorer | null = null
  try {
    engine = await ExactScorer.open({
      ...args,
      weights: args.modelPath,
      vocabSize: tokenizer.facts.vocabSize,
      tokenText: (id) => tokenizer.tokenText(id),
    })
    return { engine, difference: await compare({ scorer: engine, tokenizer }, llama, args) }
  } catch (error) {
    await engine?.close()
    return { reason: errorMessage(error) }
  }
}

/**
 * Has an engine compute its replies by the graph of the exact scores; returns why it does not, or null. The steps of a
 * reply must find what the scores say of the fixed text.
 */
async function replyExactly(
  scorer: ExactScorer,
  engine: CoreEngine,
  { only, sequences }: EngineArgs,
): Promise<string | null> {
  if (!(engine instanceof NativeEngine)) return 'llama.cpp is reached by its public functions'
  if (only && only.generator === null) return 'it crashed before or was not asked for'
  try {
    const open = await scorer.places(sequences ?? EXACT_SEQUENCES)
    const ids = engine.tokenize(PROBE_TEXT, false)
    const [scores] = await scorer.score([ids])
    const places = await open(ids.length)
    // In a place that is not the first, from the middle of the text on.
    const place = places.count - 1
    const half = ids.length >> 1
    await places.begin(place, ids.subarray(0, half))
    for (let position = half - 1; position < ids.length - 1; position += 1) {
      const tokens = Array.from({ length: places.count }, (_, i) =>
        i === place ? { id: ids[position] as number, position } : null,
      )
      const logits = await places.step(tokens)
      const next = ids[position + 1] as number
      const found = (logits[next] as number) - logSumExp(logits, 0, logits.length)
      const difference = Math.abs(found - (scores?.[position + 1] ?? Number.NaN))
      if (!(difference <= PATH_TOLERANCE)) {
        return `token ${position + 1} of the fixed text differs by ${difference} nats`
      }
    }
    places.free()
    engine.replyIn(open)
    return null
  } catch (error) {
    return errorMessage(error)
  }
}

async function openPublic(llama: Llama, args: EngineArgs & { contextLength: number }) {
  try {
    return await PublicEngine.open(llama, args)
  } catch (error) {
    throw new AppError(
      'backend_unavailable',
      `The model cannot be opened (${errorMessage(error).slice(0, 200)}).`,
      { cause: error },
    )
  }
}

function changed(reason: string): AppError {
  return new AppError(
    'backend_unavailable',
    `The engine cannot go on as it began (${reason}). Open the backend again.`,
  )
}

/**
 * Opens a model: by llama.cpp's library directly when layout, defaults and the fixed probe agree with node-llama-cpp's
 * public functions, else by those; prompt scores by the graph in exact float32 where it suits the model and agrees with
 * them too. Reasons are in the result. Throws `invalid_input` for a file that is no model.
 */
export async function openEngine(args: EngineArgs): Promise<OpenedEngine> {
  const facts = await readModelFacts(args.modelPath)
  const trained = facts.trainedContext ?? DEFAULT_CONTEXT
  const contextLength = Math.min(trained, args.contextLength ?? DEFAULT_CONTEXT)
  const llama = await openLlama(args)
  const version = release()
  const { only } = args
  // Outside of what may fail for another path: a full disk is no reason for one.
  const expanded = args.expand && (await expandModel({ file: args.modelPath, ...args.expand }))
  const own = { ...args, contextLength }
  const open = async (file: EngineArgs & { contextLength: number }) => {
    const native: Opened<NativeEngine> =
      only?.path === 'public'
        ? { reason: 'the fast path crashed before or was not asked for' }
        : await openNative(llama, version, file)
    if ('engine' in native) return { ...native, reason: null }
    if (only?.path === 'fast') throw changed(native.reason)
    return { engine: await openPublic(llama, file), difference: null, reason: native.reason }
  }
  const chat = await open(own)
  let scored: { engine: Scorer; difference: number | null } = chat
  let scorerReason = args.inexact
  let scorer: string | null = null
  let generator: string | null = null
  let generatorReason: string | null = null
  if (expanded) {
    const written = { ...own, modelPath: expanded }
    if (only && only.scorer === null) scorerReason ??= 'it crashed before or was not asked for'
    const exact: Opened<ExactScorer> =
      scorerReason === null
        ? await openExact(llama, chat.engine, written)
        : { reason: scorerReason }
    if ('engine' in exact) {
      scored = exact
      scorer = EXACT_RUNTIME
      generatorReason = await replyExactly(exact.engine, chat.engine, args)
      if (generatorReason === null) generator = EXACT_RUNTIME
      else if (only?.generator) throw changed(generatorReason)
    } else {
      if (only?.scorer) throw changed(exact.reason)
      scorerReason = exact.reason
      scored = await open(written)
    }
  }
  const isFast = chat.engine instanceof NativeEngine
  const info: EngineInfo = {
    path: isFast ? 'fast' : 'public',
    fallbackReason: chat.reason,
    scorer,
    scorerReason,
    generator,
    generatorReason,
    release: version,
    vocabSize: chat.engine.facts.vocabSize,
    contextLength,
    trainedContext: trained,
    bosId: chat.engine.facts.bosId,
    scoringWeights: expanded ? 'f32' : null,
    dtype: facts.dtype,
    tokenizerHash: facts.tokenizerHash,
    hasChatTemplate: chat.engine.facts.chatTemplate !== null,
    checkDifference: scored.difference,
    threads: args.threads,
    sequences: isFast ? (args.sequences ?? (generator ? EXACT_SEQUENCES : NATIVE_SEQUENCES)) : 1,
  }
  return { engine: chat.engine, scorer: scored.engine, info, llama }
}

// The library ends its grammars with four line ends and any more, as a stop sign for its own chat.
const GRAMMAR_TAIL = /(^root ::=.*?)\s*"(?:\\n){4}" \[\\n\]\*$/m

/** Returns the text of the grammar of a JSON schema. Throws `invalid_input` when the library cannot express it. */
export async function schemaGrammar(
  llama: Llama,
  schema: Record<string, unknown>,
): Promise<string> {
  try {
    // The library checks the schema itself while it writes the grammar.
    const known = schema as unknown as Readonly<{ const: string }> & GbnfJsonSchema
    const grammar = await llama.createGrammarForJsonSchema(known)
    return grammar.grammar.replace(GRAMMAR_TAIL, '$1')
  } catch (error) {
    throw new AppError(
      'invalid_input',
      `This JSON schema cannot be turned into a grammar (${errorMessage(error).slice(0, 200)}).`,
      { cause: error },
    )
  }
}
