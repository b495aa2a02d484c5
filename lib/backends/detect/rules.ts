import { cleanName } from '@/lib/contracts/plain-text'
import { countOf, textOf } from '../scoring/wire'
import { listOf, objectOf, type Look } from './look'

/** A model that a server offers. */
export interface OfferedModel {
  id: string
  /** In tokens; null when the server does not say. */
  contextLength: number | null
}

/** What one rule found out. */
export interface Found {
  /** Backend kind whose dialect the server speaks. */
  kind: string
  /** Server software and version, for people. */
  server: string
  models: OfferedModel[]
  use: 'chat' | 'embeddings'
  /** What to know before the probe; empty when there is nothing. */
  note: string
}

/** One way to know a server; null = it is another one. */
type DetectRule = (look: Look, base: URL) => Promise<Found | null>

const MODELS = '/v1/models'
// Enough for every self-hosted server; hosted ones list hundreds, and the user types to search.
const MOST_MODELS = 2_000

async function openaiModels(look: Look): Promise<Record<string, unknown>[]> {
  const reply = objectOf((await look.get(MODELS)).json)
  return listOf(reply['data'])
    .filter((model) => textOf(model['id']) !== '')
    .slice(0, MOST_MODELS)
}

const named = (model: Record<string, unknown>, contextLength: unknown = null): OfferedModel => ({
  id: cleanName(textOf(model['id'])),
  contextLength: countOf(contextLength),
})

/** Hosted services are known by their name; their other routes do not matter here. */
function hosted(kind: string, server: string, hosts: readonly string[]): DetectRule {
  return async (look, base) => {
    if (!hosts.includes(base.hostname)) return null
    // Together answers with a plain list.
    const { json } = await look.get(MODELS)
    const entries = Array.isArray(json) ? listOf(json) : await openaiModels(look)
    const models = entries
      .filter((model) => textOf(model['id']) !== '')
      .map((model) => named(model, model['context_length']))
    return { kind, server, models: models.slice(0, MOST_MODELS), use: 'chat', note: '' }
  }
}

const vllm: DetectRule = async (look) => {
  const version = textOf(objectOf((await look.get('/version')).json)['version'])
  if (!version) return null
  const models = await openaiModels(look)
  const locked = (await look.get(MODELS)).status === 401
  if (!locked && !models.some((model) => model['owned_by'] === 'vllm')) return null
  const offered = models.map((model) => named(model, model['max_model_len']))
  const paths = objectOf(objectOf((await look.get('/openapi.json')).json)['paths'])
  const generates = '/v1/completions' in paths
  const embeds = '/v1/embeddings' in paths && !generates
  const rates = !embeds && !generates && ('/pooling' in paths || '/classify' in paths)
  return {
    kind: embeds ? 'openai' : rates ? 'reward' : 'vllm',
    server: `vLLM ${version}${embeds || rates ? ', pooling' : ''}`,
    models: offered,
    use: embeds ? 'embeddings' : 'chat',
    note: rates ? 'It may serve a reward model; the probe finds out.' : '',
  }
}

const llamaServer: DetectRule = async (look) => {
  const health = await look.get('/health')
  const models = await openaiModels(look)
  const owned = models.some((model) => model['owned_by'] === 'llamacpp')
  const loading = /loading model/i.test(health.said)
  if (!owned && !health.server.includes('llama.cpp') && !loading) return null
  const build = textOf(objectOf((await look.get('/props')).json)['build_info'])
  return {
    kind: 'llama-server',
    server: `llama-server${build ? ` ${build}` : ''}`,
    models: models.map((model) => named(model, objectOf(model['meta'])['n_ctx'])),
    use: 'chat',
    note: loading ? 'It is still loading its model.' : '',
  }
}

const sglang: DetectRule = async (look) => {
  const info = objectOf((await look.get('/get_model_info')).json)
  const model = textOf(info['model_path'])
  if (!model || typeof info['is_generation'] !== 'boolean') return null
  const offered = (await openaiModels(look)).map((one) => named(one, one['max_model_len']))
  return {
    kind: 'sglang',
    server: 'SGLang',
    models: offered.length > 0 ? offered : [{ id: model, contextLength: null }],
    use: info['is_generation'] ? 'chat' : 'embeddings',
    note: '',
  }
}

/** What Hugging Face's servers say at /info, or null where the limit of the model is not among it. */
async function huggingFaceInfo(look: Look, limitKey: string) {
  const info = objectOf((await look.get('/info')).json)
  const limit = countOf(info[limitKey])
  if (limit === null) return null
  const found = (kind: 'tgi' | 'tei', use: 'chat' | 'embeddings') => ({
    kind,
    server: `${kind.toUpperCase()} ${textOf(info['version'])}`.trim(),
    models: [{ id: textOf(info['model_id']) || kind, contextLength: limit }],
    use,
    note: '',
  })
  return { info, found }
}

const tgi: DetectRule = async (look) => {
  const said = await huggingFaceInfo(look, 'max_total_tokens')
  const isTgi = textOf(said?.info['router']).startsWith('text-generation-router')
  return said && isTgi ? said.found('tgi', 'chat') : null
}

const tei: DetectRule = async (look) => {
  const said = await huggingFaceInfo(look, 'max_input_length')
  return said && 'embedding' in objectOf(said.info['model_type'])
    ? said.found('tei', 'embeddings')
    : null
}

const ollama: DetectRule = async (look) => {
  const version = textOf(objectOf((await look.get('/api/version')).json)['version'])
  if (!version) return null
  const tags = objectOf((await look.get('/api/tags')).json)['models']
  if (!Array.isArray(tags)) return null
  const models = listOf(tags)
    .map((model) => ({ id: textOf(model['name']), contextLength: null }))
    .filter(({ id }) => id !== '')
  return {
    kind: 'ollama',
    server: `Ollama ${version}`,
    models,
    use: 'chat',
    note: models.length === 0 ? 'It has no model yet: run "ollama pull NAME".' : '',
  }
}

const infinity: DetectRule = async (look) => {
  const models = listOf(objectOf((await look.get('/models')).json)['data'])
  if (!models.some((model) => model['owned_by'] === 'infinity')) return null
  return {
    kind: 'infinity',
    server: 'Infinity',
    models: models.map((model) => named(model)).filter(({ id }) => id !== ''),
    use: 'embeddings',
    note: '',
  }
}

/** Servers that are known by the owner they write into their list of models. */
function owner(kind: string, server: string, name: string): DetectRule {
  return async (look) => {
    const models = await openaiModels(look)
    if (!models.some((model) => model['owned_by'] === name)) return null
    return { kind, server, models: models.map((model) => named(model)), use: 'chat', note: '' }
  }
}

const compatible: DetectRule = async (look) => {
  const { status } = await look.get(MODELS)
  const models = await openaiModels(look)
  if (models.length === 0 && status !== 401 && status !== 403) return null
  return {
    kind: 'openai',
    server: 'OpenAI-compatible server',
    models: models.map((model) => named(model)),
    use: 'chat',
    note: 'Its software is not known; the probe finds out what it can do.',
  }
}

/** Every way to know a server, in order; the first match wins. One line each. */
export const DETECT_RULES: readonly DetectRule[] = [
  hosted('openai', 'OpenAI', ['api.openai.com']),
  hosted('together', 'Together', ['api.together.xyz', 'api.together.ai']),
  hosted('fireworks', 'Fireworks', ['api.fireworks.ai']),
  vllm,
  llamaServer,
  sglang,
  tgi,
  tei,
  ollama,
  infinity,
  owner('llama-cpp-python', 'llama-cpp-python server', 'me'),
  owner('lmdeploy', 'LMDeploy', 'lmdeploy'),
  owner('lm-studio', 'LM Studio', 'organization_owner'),
  compatible,
]
