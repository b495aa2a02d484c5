import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { LlamaLogLevel, getLlama } from 'node-llama-cpp'
import type { GbnfJsonSchema, Llama } from 'node-llama-cpp'
import { AppError, errorMessage } from '@/lib/errors'
import { projectRoot } from '../child-process/root'
import type { CoreEngine, EngineArgs, EngineInfo } from './engine-types'
import { expandModel } from './gguf/expand'
import { libraryFolder, openLibrary } from './library'
import { readModelFacts } from './model-facts'
import { NativeEngine } from './native-engine'
import { PublicEngine } from './public-engine'

// Longer contexts are possible when asked for; by default their memory would surprise.
const DEFAULT_CONTEXT = 8_192
// Any competent model finds this easy, and no token follows itself, so a shift by one cannot hide.
export const PROBE_TEXT = 'Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday'
/** Largest difference in nats a token that the two paths may show under equal settings. */
export const PATH_TOLERANCE = 1e-3

/** An opened model with what is known about it. */
export interface OpenedEngine {
  /** Chats. */
  engine: CoreEngine
  /** Scores prompts; the same engine unless the weights are written out. */
  scorer: CoreEngine
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

/** Compares the two paths on the fixed text. Returns the largest difference; throws when they disagree. */
async function compare(native: NativeEngine, llama: Llama, args: EngineArgs): Promise<number> {
  const { modelPath, gpuLayers } = args
  const { threads } = native
  const slow = await PublicEngine.open(llama, {
    modelPath,
    threads,
    gpuLayers,
    contextLength: 256,
  })
  try {
    const ids = native.tokenize(PROBE_TEXT, false)
    const expected = slow.tokenize(PROBE_TEXT, false)
    if (ids.join() !== expected.join()) throw new Error('the fixed text has other tokens')
    const [fast] = await native.score([ids])
    const [reference] = await slow.score([ids])
    let largest = 0
    for (let i = 1; i < ids.length; i += 1) {
      const difference = Math.abs((fast?.[i] ?? Number.NaN) - (reference?.[i] ?? Number.NaN))
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

/**
 * Opens a model: by llama.cpp's library directly when layout, defaults and the fixed probe agree with node-llama-cpp's
 * public functions, else by those, with the reason in the result. Throws `invalid_input` for a file that is no model.
 */
export async function openEngine(args: EngineArgs): Promise<OpenedEngine> {
  const facts = await readModelFacts(args.modelPath)
  const trained = facts.trainedContext ?? DEFAULT_CONTEXT
  const contextLength = Math.min(trained, args.contextLength ?? DEFAULT_CONTEXT)
  const llama = await openLlama(args)
  const version = release()
  // Outside the fast path's own try: a full disk is no reason for another path.
  const expanded = args.expand && (await expandModel({ file: args.modelPath, ...args.expand }))
  let engine: CoreEngine | null = null
  let scorer: CoreEngine | null = null
  let fallbackReason: string | null =
    args.only === 'public' ? 'the fast path crashed before or was not asked for' : null
  let checkDifference: number | null = null
  if (args.only !== 'public') {
    let native: NativeEngine | null = null
    let written: NativeEngine | null = null
    try {
      const library = openLibrary(libraryFolder(llama.gpu), version)
      const { modelPath, threads, tuneThreads, gpuLayers, sequences } = args
      const shared = { threads, tuneThreads, gpuLayers, sequences, contextLength }
      native = new NativeEngine(library, { modelPath, ...shared })
      if (expanded) written = new NativeEngine(library, { modelPath: expanded, ...shared })
      checkDifference = await compare(written ?? native, llama, {
        ...args,
        modelPath: expanded ?? modelPath,
      })
      engine = native
      scorer = written
    } catch (error) {
      await native?.close()
      await written?.close()
      fallbackReason = errorMessage(error)
    }
  }
  if (!engine && args.only === 'fast') {
    throw new AppError(
      'backend_unavailable',
      `The engine cannot go on as it began (${fallbackReason}). Open the backend again.`,
    )
  }
  if (!engine) {
    try {
      engine = await PublicEngine.open(llama, { ...args, contextLength })
      if (expanded)
        scorer = await PublicEngine.open(llama, { ...args, modelPath: expanded, contextLength })
    } catch (error) {
      throw new AppError(
        'backend_unavailable',
        `The model cannot be opened (${errorMessage(error).slice(0, 200)}).`,
        { cause: error },
      )
    }
  }
  const info: EngineInfo = {
    path: engine instanceof NativeEngine ? 'fast' : 'public',
    fallbackReason,
    release: version,
    vocabSize: engine.facts.vocabSize,
    contextLength,
    trainedContext: trained,
    bosId: engine.facts.bosId,
    scoringWeights: scorer ? (args.expand?.to ?? null) : null,
    dtype: facts.dtype,
    tokenizerHash: facts.tokenizerHash,
    hasChatTemplate: engine.facts.chatTemplate !== null,
    checkDifference,
    threads: args.threads,
    sequences: engine instanceof NativeEngine ? args.sequences : 1,
  }
  return { engine, scorer: scorer ?? engine, info, llama }
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
