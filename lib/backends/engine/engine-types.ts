import type { GenerateParams, GeneratedToken } from '../types'
import type { ExpansionRequest } from './gguf/expand'

/** What the child process needs to open a model. */
export interface EngineArgs {
  modelPath: string
  /** Scores prompts with weights written out as float32; null scores with them as they stand in the file. */
  expand: Omit<ExpansionRequest, 'file'> | null
  /** Why prompts are not scored by the graph in exact float32; null where that is to be tried. */
  inexact: string | null
  /** Most compute threads. */
  threads: number
  /** Use fewer while other programs take the processors. */
  tuneThreads: boolean
  gpuLayers: number
  contextLength: number | null
  /** Replies side by side; null takes what suits the runtime. */
  sequences: number | null
  /** The only way allowed: without assumptions after a crash, the earlier one after a restart; null takes the best. */
  only: Pick<EngineInfo, 'path' | 'scorer' | 'generator'> | null
}

/** Which way llama.cpp is reached: its library directly, or node-llama-cpp's public functions. */
export type EnginePath = 'fast' | 'public'

/** What is known about an opened model. */
export interface EngineInfo {
  path: EnginePath
  /** Why the fast path is not used; null when it is. */
  fallbackReason: string | null
  /** Runtime that computes prompt scores in exact float32, for example `onnxruntime 1.30.0`; null where llama.cpp does. */
  scorer: string | null
  /** Why llama.cpp computes them; null where it does not. */
  scorerReason: string | null
  /** Runtime that computes replies with the weights that score, where one does; null where llama.cpp does with those of the file. */
  generator: string | null
  /** Why llama.cpp computes replies although the scores are exact; null where it does not, or for the scorer's reason. */
  generatorReason: string | null
  /** Release of llama.cpp, for example `v0.5.0`. */
  release: string
  vocabSize: number
  /** Longest sequence in tokens. */
  contextLength: number
  trainedContext: number
  /** BOS id when the tokenizer adds one by itself. */
  bosId: number | null
  /** Type of the weights that prompts are scored with where it is not the file's. */
  scoringWeights: 'f32' | null
  /** Type of the weights in the file, for example `Q4_1`. */
  dtype: string
  tokenizerHash: string
  hasChatTemplate: boolean
  /** Largest difference in nats between the scores in use and node-llama-cpp's on the fixed probe; null when not compared. */
  checkDifference: number | null
  threads: number
  sequences: number
}

/** A generated reply before it is turned into the program's own type. */
export interface GenerationResult {
  text: string
  finishReason: 'stop' | 'length' | 'other'
  promptTokens: number
  completionTokens: number
  tokens: GeneratedToken[] | null
}

/** A token that the tokenizer only makes from template text, with the white space rules of its entry. */
export interface SpecialToken {
  id: number
  text: string
  stripLeft: boolean
  stripRight: boolean
}

/** What a generation is asked with: a grammar, or null, constrains the reply. */
export type GenerateArgs = [
  prompt: Int32Array,
  params: GenerateParams,
  grammar: string | null,
  signal?: AbortSignal,
]

/** What an opened model's vocabulary and template are. */
export interface EngineFacts {
  vocabSize: number
  bosId: number | null
  chatTemplate: string | null
  bosText: string
  eosText: string
  /** Control tokens, longest text first. */
  specials: readonly SpecialToken[]
}

/** Returns the control tokens among the ids of a vocabulary, longest text first; `read` is null for any other token. */
export function controlTokens(
  vocabSize: number,
  read: (id: number) => Omit<SpecialToken, 'id'> | null,
): SpecialToken[] {
  const specials: SpecialToken[] = []
  for (let id = 0; id < vocabSize; id += 1) {
    const token = read(id)
    if (token && token.text !== '') specials.push({ id, ...token })
  }
  return specials.sort((a, b) => b.text.length - a.text.length)
}

/** An opened model, whichever way it is reached. Every method may run while others are under way. */
export interface CoreEngine {
  readonly facts: EngineFacts
  /** Ids of plain text; control tokens written in the text stay text. */
  tokenize(text: string, addSpecial: boolean): Int32Array
  /** Text of one id alone, control tokens included. */
  tokenText(id: number): string
  score(sequences: readonly Int32Array[], signal?: AbortSignal): Promise<Float32Array[]>
  generate(...asked: GenerateArgs): Promise<GenerationResult>
  close(): Promise<void>
}

/** What computes prompt scores of an opened model. */
export type Scorer = Pick<CoreEngine, 'score' | 'generate' | 'close'>
