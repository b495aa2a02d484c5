import { AppError } from '@/lib/errors'
import type { ChatMessage, GenerateParams } from '../types'
import { logToParent, serve } from '../child-process/serve'
import type { EngineArgs, EngineInfo, GenerationResult } from './engine-types'
import { openEngine, schemaGrammar } from './open-engine'
import type { OpenedEngine } from './open-engine'
import { chatPrompt } from './template'

let opened: OpenedEngine | null = null
const grammars = new Map<string, Promise<string>>()

function current(): OpenedEngine {
  if (!opened) throw new AppError('internal', 'The engine was called before it was opened.')
  return opened
}

function checkIds(sequences: readonly Int32Array[]): void {
  const { vocabSize, contextLength } = current().info
  for (const ids of sequences) {
    if (ids.length > contextLength) {
      throw new AppError(
        'data_error',
        `A text has ${ids.length} tokens and the model reads at most ${contextLength}.`,
      )
    }
    if (ids.some((id) => id < 0 || id >= vocabSize)) {
      throw new AppError(
        'invalid_input',
        'A token id lies outside the vocabulary: the ids come from another tokenizer.',
      )
    }
  }
}

function promptIds(messages: readonly ChatMessage[], open = true): Int32Array {
  const { engine } = current()
  const ids: number[] = []
  for (const part of chatPrompt(engine.facts, messages, open)) {
    if ('id' in part) ids.push(part.id)
    else for (const id of engine.tokenize(part.text, false)) ids.push(id)
  }
  // Some templates write the BOS themselves; it stands once.
  const { bosId } = engine.facts
  if (bosId !== null && ids[0] !== bosId) ids.unshift(bosId)
  return Int32Array.from(ids)
}

serve({
  async init(args: EngineArgs): Promise<EngineInfo> {
    opened = await openEngine(args)
    const { info } = opened
    if (info.path === 'public') {
      logToParent('llama.cpp is reached by the slow public functions.', {
        reason: info.fallbackReason,
      })
    }
    if (info.generatorReason !== null) {
      logToParent('Replies are computed by llama.cpp, with the weights of the file.', {
        reason: info.generatorReason,
      })
    }
    if (info.scorerReason !== null) {
      logToParent('Prompt scores are computed by llama.cpp.', { reason: info.scorerReason })
    }
    return info
  },

  async generate(
    request: { messages: readonly ChatMessage[]; params: GenerateParams },
    signal: AbortSignal,
  ): Promise<GenerationResult> {
    const { engine, llama } = current()
    const { messages, params } = request
    let grammar: string | null = null
    if (params.jsonSchema) {
      const key = JSON.stringify(params.jsonSchema)
      const known = grammars.get(key) ?? schemaGrammar(llama, params.jsonSchema)
      grammars.set(key, known)
      grammar = await known
    }
    return engine.generate(promptIds(messages), params, grammar, signal)
  },

  /** Greedy continuation of bare ids by the weights that score, for the probe's alignment step. */
  continueIds(
    request: { ids: Int32Array; params: GenerateParams },
    signal: AbortSignal,
  ): Promise<GenerationResult> {
    checkIds([request.ids])
    return current().scorer.generate(request.ids, request.params, null, signal)
  },

  scoreTokens(
    request: { sequences: readonly Int32Array[] },
    signal: AbortSignal,
  ): Promise<Float32Array[]> {
    checkIds(request.sequences)
    return current().scorer.score(request.sequences, signal)
  },

  tokenize(request: { texts: readonly string[]; addSpecial: boolean }): Int32Array[] {
    const { engine } = current()
    return request.texts.map((text) => engine.tokenize(text, request.addSpecial))
  },

  tokenTexts(request: { ids: Int32Array }): string[] {
    checkIds([])
    const { engine } = current()
    return Array.from(request.ids, (id) => engine.tokenText(id))
  },

  promptIds: (request: { messages: readonly ChatMessage[] }) => promptIds(request.messages),

  chatIds: (request: { conversations: readonly (readonly ChatMessage[])[]; open: boolean }) =>
    request.conversations.map((messages) => promptIds(messages, request.open)),
})
