import { afterEach, describe, expect, it } from 'vitest'
import { BACKEND_KINDS } from '..'
import { startStub, type StubReply, type StubServer } from '@/lib/testing/servers/openai'
import { HOSTED_SUBJECTS } from '@/lib/testing/compliance/subjects/hosted'
import { SUBJECTS } from '@/lib/testing/compliance/subjects'
import { detectServer } from '.'
import { serverAddress } from './server-address'

type Routes = Record<string, unknown>

let stub: StubServer | null = null
afterEach(async () => {
  await stub?.close()
  stub = null
})

/** Serves fixed routes; a value with `status` is the reply itself, anything else is a JSON body. */
async function serve(routes: Routes, headers: Record<string, string> = {}): Promise<StubServer> {
  stub = await startStub(({ path }): StubReply => {
    const reply = routes[path]
    if (reply === undefined) return { status: 404, headers, body: { detail: 'Not Found' } }
    const own = reply as StubReply
    return typeof own.status === 'number' ? { headers, ...own } : { headers, body: reply }
  })
  return stub
}

const detect = (url: string, key?: string) =>
  detectServer({ baseUrl: url, key: () => key, allowPlainHttp: false })

const list = (...data: object[]) => ({ object: 'list', data })
const refused = { status: 401, body: { error: 'Unauthorized' } }
const loading = { status: 503, body: { error: { message: 'Loading model', code: 503 } } }

// Shapes as recorded or documented; names and numbers are our own.
const SERVERS: Record<string, { routes: Routes; found: object; headers?: Record<string, string> }> =
  {
    'vLLM that generates': {
      routes: {
        '/version': { version: '0.32.0' },
        '/v1/models': list({ id: 'm', owned_by: 'vllm', max_model_len: 1024 }),
        '/openapi.json': { paths: { '/v1/completions': {}, '/v1/embeddings': {} } },
      },
      found: { kind: 'vllm', use: 'chat', models: [{ id: 'm', contextLength: 1024 }] },
    },
    'vLLM that pools': {
      routes: {
        '/version': { version: '0.32.0' },
        '/v1/models': list({ id: 'm', owned_by: 'vllm', max_model_len: 256 }),
        '/openapi.json': { paths: { '/v1/embeddings': {} } },
      },
      found: { kind: 'openai', use: 'embeddings', server: 'vLLM 0.32.0, pooling' },
    },
    'vLLM that rates': {
      routes: {
        '/version': { version: '0.32.0' },
        '/v1/models': list({ id: 'm', owned_by: 'vllm', max_model_len: 256 }),
        '/openapi.json': { paths: { '/pooling': {}, '/classify': {} } },
      },
      found: { kind: 'reward', server: 'vLLM 0.32.0, pooling' },
    },
    'vLLM that wants a key': {
      routes: { '/version': { version: '0.32.0' }, '/v1/models': refused },
      found: { kind: 'vllm', keyNeeded: true, models: [] },
    },
    'llama-server': {
      routes: {
        '/health': { status: 'ok' },
        '/v1/models': list({ id: 'm.gguf', owned_by: 'llamacpp', meta: { n_ctx: 2048 } }),
        '/props': { build_info: 'b1-de3ff81' },
      },
      found: {
        kind: 'llama-server',
        server: 'llama-server b1-de3ff81',
        models: [{ id: 'm.gguf', contextLength: 2048 }],
      },
    },
    'llama-server that wants a key': {
      routes: { '/health': { status: 'ok' }, '/v1/models': refused, '/props': refused },
      headers: { server: 'llama.cpp' },
      found: { kind: 'llama-server', keyNeeded: true },
    },
    'llama-server that loads': {
      routes: { '/version': loading, '/health': loading, '/v1/models': loading, '/props': loading },
      found: { kind: 'llama-server', note: 'It is still loading its model.' },
    },
    SGLang: {
      routes: { '/get_model_info': { model_path: 'org/m', is_generation: true } },
      found: { kind: 'sglang', models: [{ id: 'org/m', contextLength: null }] },
    },
    TGI: {
      routes: {
        '/info': { model_id: 'org/m', router: 'text-generation-router', max_total_tokens: 4096 },
      },
      found: { kind: 'tgi', models: [{ id: 'org/m', contextLength: 4096 }] },
    },
    TEI: {
      routes: {
        '/info': { model_id: 'org/m', model_type: { embedding: {} }, max_input_length: 512 },
      },
      found: { kind: 'tei', use: 'embeddings', models: [{ id: 'org/m', contextLength: 512 }] },
    },
    Ollama: {
      routes: {
        '/api/version': { version: '0.12.11' },
        '/api/tags': { models: [{ name: 'm:latest' }] },
        '/v1/models': list({ id: 'm:latest', owned_by: 'library' }),
      },
      found: { kind: 'ollama', models: [{ id: 'm:latest', contextLength: null }] },
    },
    Infinity: {
      routes: { '/models': list({ id: 'org/m', owned_by: 'infinity' }) },
      found: { kind: 'infinity', use: 'embeddings' },
    },
    LMDeploy: {
      routes: {
        '/health': { status: 'healthy' },
        '/v1/models': list({ id: 'm', owned_by: 'lmdeploy', root: 'm' }),
      },
      found: { kind: 'lmdeploy', use: 'chat', models: [{ id: 'm', contextLength: null }] },
    },
    'LM Studio': {
      routes: { '/v1/models': list({ id: 'm', owned_by: 'organization_owner' }) },
      found: { kind: 'lm-studio' },
    },
    'llama-cpp-python server': {
      routes: { '/v1/models': list({ id: 'm', owned_by: 'me', permissions: [] }) },
      found: { kind: 'llama-cpp-python' },
    },
    'an unknown service': {
      routes: { '/v1/models': list({ id: 'a' }, { id: 'b' }) },
      found: { kind: 'openai', models: [{ id: 'a' }, { id: 'b' }] },
    },
    'an unknown service that wants a key': {
      routes: { '/v1/models': refused },
      found: { kind: 'openai', keyNeeded: true },
    },
  }

describe('detectServer', () => {
  it.each(Object.entries(SERVERS))('knows %s', async (_name, { routes, headers, found }) => {
    const { url } = await serve(routes, headers)
    expect(await detect(url)).toMatchObject({ baseUrl: url, keyNeeded: false, ...found })
  })

  it('names registered kinds only', () => {
    const kinds = new Set(BACKEND_KINDS.map(({ id }) => id))
    const named = Object.values(SERVERS).map(({ found }) => (found as { kind: string }).kind)
    expect([...new Set(named)].filter((kind) => !kinds.has(kind))).toEqual([])
  })

  // Hosted services are known by their name, which no server of a test has.
  const local = SUBJECTS.filter(
    (subject) => subject.serve && !subject.byHand && !HOSTED_SUBJECTS.includes(subject),
  )
  it.each(local.map((subject) => [subject.name, subject] as const))(
    'knows the test server %s as its own kind',
    async (_name, { kind, serve: make }) => {
      const answer = make?.()
      if (!answer) throw new Error('the subject has a server')
      stub = await startStub(answer)
      expect((await detect(stub.url)).kind).toBe(kind.id)
    },
  )

  it('asks each route once, sends the key, and never writes', async () => {
    const server = await serve({ '/v1/models': list({ id: 'a' }) })
    await detect(`${server.url}/v1/chat/completions`, 'cAnArY')
    const paths = server.seen.map(({ path }) => path)
    expect(new Set(paths).size).toBe(paths.length)
    expect(server.seen.every(({ method }) => method === 'GET')).toBe(true)
    expect(server.seen[0]?.headers.authorization).toBe('Bearer cAnArY')
  })

  it('says when nothing listens, and when what answers is something else', async () => {
    const { url, port } = await serve({ '/': { status: 200, raw: '<html></html>' } })
    await expect(detect(url)).rejects.toMatchObject({ code: 'capability_missing' })
    await stub?.close()
    stub = null
    await expect(detect(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'backend_unavailable',
    })
    await expect(detect('http://169.254.169.254')).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('serverAddress', () => {
  it.each([
    ['127.0.0.1:8000', 'http://127.0.0.1:8000'],
    ['http://127.0.0.1:8000/v1/', 'http://127.0.0.1:8000'],
    ['https://api.fireworks.ai/inference/v1', 'https://api.fireworks.ai/inference'],
    ['https://h/a/v1/chat/completions', 'https://h/a'],
    ['http://h:11434/api/chat', 'http://h:11434'],
    ['http://h:8080/llm/completion', 'http://h:8080/llm'],
    ['http://h/docs#/default/health', 'http://h'],
    ['http://h/v1/models?limit=2', 'http://h'],
    ['http://h/v1/models/org-m', 'http://h'],
    ['h:1/health', 'http://h:1'],
    ['h:1/tokenize', 'http://h:1'],
    ['h:1/detokenize', 'http://h:1'],
    ['h:1/v1/completions', 'http://h:1'],
    ['h:1/v1/chat/completions', 'http://h:1'],
    ['h:1/v1/embeddings', 'http://h:1'],
    ['h:1/v1/models', 'http://h:1'],
    ['h:1/metrics', 'http://h:1'],
    ['h:1/docs', 'http://h:1'],
    ['h:1/props', 'http://h:1'],
    ['h:1/slots', 'http://h:1'],
    ['h:1/version', 'http://h:1'],
    ['h:1/info', 'http://h:1'],
    ['h:1/get_model_info', 'http://h:1'],
    ['h:1/generate_stream', 'http://h:1'],
    ['h:1/api/tags', 'http://h:1'],
    ['h:1/openapi.json', 'http://h:1'],
  ])('%s is %s', (raw, clean) => {
    expect(serverAddress(raw)).toBe(clean)
  })

  it('refuses what is no address', () => {
    expect(() => serverAddress('http://')).toThrow('not a URL')
    expect(() => serverAddress('0.0.0.0:8000/v1')).toThrow('use http://127.0.0.1:8000.')
    expect(() => serverAddress('https://[::]:1')).toThrow('use https://[::1]:1.')
    expect(() => serverAddress('http://0:80')).toThrow('use http://127.0.0.1.')
  })
})
