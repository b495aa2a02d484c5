import type { HttpClient } from '@/lib/backends/http/client'
import type { ClassifyError } from '@/lib/backends/http/errors'
import type { ProbePort } from '@/lib/backends/probe/port'
import { askIfOffered, getJson } from '@/lib/backends/scoring/ask'
import { chooseModel, statedFacts } from '@/lib/backends/scoring/models'
import {
  FIRST_CHAT,
  otherUse,
  plainLimits,
  serverIdentity,
  vectorSettings,
} from '@/lib/backends/scoring/plain-server'
import type { Connect } from '@/lib/backends/scoring/define'
import { openPort, type PortParts } from '@/lib/backends/scoring/port'
import { countOf } from '@/lib/backends/scoring/wire'
import type { BackendSession } from '@/lib/backends/types'
import { embedOver } from '../openai/embeddings'
import { WARM_UP_MS } from '../openai/limits'
import { parseReply } from '../openai/wire'
import { chatCall } from './chat'
import type { OllamaConfig } from './config'
import { embedReplySchema, showSchema, tagsSchema, versionSchema } from './wire'

// Licence and template come with it.
const SHOW_BYTES = 16 * 1024 * 1024

/** What Ollama's errors mean where the general rules do not know it; its error bodies are plain strings. */
const classifyOllama: ClassifyError = ({ status, message, isList }) => {
  if (status === 404) {
    return {
      kind: 'config',
      reason: 'not_offered',
      code: 'capability_missing',
      message: 'Ollama does not have this model or route. Fetch the model with "ollama pull NAME".',
    }
  }
  if (
    (status === 400 || status === 500) &&
    /exceeds? (the )?(maximum )?context length/i.test(message)
  ) {
    return {
      kind: isList ? 'split' : 'row',
      reason: 'too_long',
      message: 'The text is longer than the context. Set a larger contextLength for this backend.',
    }
  }
  if (status === 503) {
    return { kind: 'retry', reason: 'overloaded', message: 'The queue of Ollama is full.' }
  }
  if (/does not support/i.test(message)) {
    return { kind: 'config', reason: 'not_offered', code: 'capability_missing' }
  }
  return null
}

const MISSING: ProbePort['missing'] = {
  promptLogprobs: {
    state: 'no',
    reason: 'Ollama returns log-probabilities of generated tokens only, not of given text.',
    remedy: 'For losses and IFD use vLLM, SGLang, or the embedded engine with the same GGUF file.',
  },
  tokenize: { state: 'no', reason: 'Ollama has no tokenizer route.' },
}

interface OllamaModel {
  name: string
  revision: string
  dtype: string
  server: string
  /** Context that the model was trained for; null where the server does not say. */
  contextLength: number | null
  thinks: boolean
}

async function modelNames(client: HttpClient, signal?: AbortSignal, withoutKey = false) {
  return parseReply(tagsSchema, await getJson(client, '/api/tags', signal, withoutKey)).models
}

/** Returns what the server tells of a model; nothing where it does not. */
async function show(client: HttpClient, model: string, signal?: AbortSignal) {
  const body = { model }
  const limits = { timeoutMs: 10_000, maxBytes: SHOW_BYTES, signal }
  const { json } = await client.send({ method: 'POST', path: '/api/show', body, ...limits })
  const { capabilities, model_info } = showSchema.safeParse(json).data ?? {
    capabilities: [],
    model_info: {},
  }
  const context = Object.entries(model_info).find(([key]) => key.endsWith('.context_length'))?.[1]
  return { thinks: capabilities.includes('thinking'), contextLength: countOf(context) }
}

/** Returns the model on the server; a name without a tag means ":latest". */
async function describe(
  client: HttpClient,
  wanted: string,
  signal?: AbortSignal,
): Promise<OllamaModel> {
  const models = await modelNames(client, signal)
  const listed = models.map(({ name }) => ({ id: name, contextLength: null }))
  const tagged = models.some(({ name }) => name === `${wanted}:latest`)
    ? `${wanted}:latest`
    : wanted
  const { id } = chooseModel(listed, tagged)
  const entry = models.find(({ name }) => name === id)
  const version = (await askIfOffered(client, '/api/version', versionSchema, signal))?.version
  return {
    name: id,
    revision: entry?.digest ?? '',
    dtype: entry?.details?.quantization_level ?? '',
    server: version ? `Ollama ${version}` : 'Ollama',
    ...(await show(client, id, signal)),
  }
}

/** Returns what tells the model of a name from another that was put in its place: a pull may happen at any time. */
function statement(client: HttpClient, model: string): NonNullable<BackendSession['describe']> {
  return async (signal) => {
    const entry = (await modelNames(client, signal)).find(({ name }) => name === model)
    return statedFacts({ revision: entry?.digest, dtype: entry?.details?.quantization_level })
  }
}

async function openChat(
  client: HttpClient,
  config: OllamaConfig,
  model: OllamaModel,
  signal?: AbortSignal,
): Promise<PortParts['session']> {
  const { contextLength: trained, thinks } = model
  const wanted = config.contextLength
  // A context beyond what the model was trained for is not a longer one.
  const numCtx = wanted !== null && trained !== null ? Math.min(wanted, trained) : wanted
  const generate = chatCall(client, { model: model.name, numCtx, thinks })
  await generate(FIRST_CHAT, signal, WARM_UP_MS)
  const settings = { numCtx: numCtx ?? 'server default', ...(thinks ? { think: false } : {}) }
  const facts = { ...model, contextLength: numCtx }
  return {
    identity: serverIdentity('ollama', { ...config, model: model.name }, facts, settings),
    limits: plainLimits(config.concurrency),
    generate: (request, abort) => generate(request, abort),
    describe: statement(client, model.name),
  }
}

async function openEmbeddings(
  client: HttpClient,
  config: OllamaConfig,
  model: OllamaModel,
  signal?: AbortSignal,
): Promise<PortParts['session']> {
  // Texts that do not fit are refused, never cut.
  const embed = embedOver(client, {
    path: '/api/embed',
    body: (texts) => ({ model: model.name, input: texts, truncate: false }),
    read: (json) =>
      parseReply(embedReplySchema, json).embeddings.map((values) => Float32Array.from(values)),
  })
  const { vectors } = await embed(['warm-up'], signal)
  const settings = { ...vectorSettings(vectors[0] as Float32Array), longTexts: 'refused' }
  return {
    // The context that chat is given says nothing of what an embedding model takes.
    identity: serverIdentity(
      'ollama',
      { ...config, model: model.name, contextLength: null },
      model,
      settings,
    ),
    limits: plainLimits(config.concurrency),
    embed,
    describe: statement(client, model.name),
  }
}

/** Opens an Ollama server, as both `open` and the probe use it. */
export const connectOllama: Connect<OllamaConfig> = (config, env, signal) =>
  openPort(config, env, classifyOllama, async (client) => {
    const model = await describe(client, config.model, signal)
    const open = config.use === 'chat' ? openChat : openEmbeddings
    return {
      session: await open(client, config, model, signal),
      model: model.name,
      missing: { ...MISSING, ...otherUse(config.use) },
      remedies: { outputLogprobs: { remedy: 'Update Ollama to 0.12.11 or newer.' } },
      models: async (abort) => (await modelNames(client, abort)).map(({ name }) => name),
      withoutKey: (abort) => modelNames(client, abort, true),
    }
  })
