import { afterEach, describe, expect, it } from 'vitest'
import { infinity } from '../infinity'
import { openai } from '../openai'
import { tei } from '../tei'
import { loadExchange, replaying, type Answer } from '@/lib/testing/recordings/exchange'
import { OpenBackends, TEST_ENVIRONMENT } from '@/lib/testing/compliance/open'
import { infinityServer, poolingServer, teiServer } from '@/lib/testing/servers/embeddings'

const backends = new OpenBackends()
afterEach(() => backends.close())

const pooling = { use: 'embeddings' }
const twoTexts = ({ body }: { body: Record<string, unknown> }) =>
  ((body.input ?? body.inputs ?? []) as unknown[]).length === 2
const tenths = (vectors: readonly Float32Array[] = []) =>
  vectors.map((vector) => [...vector].map((value) => value.toFixed(1)))

describe('TEI', () => {
  it('takes limits and identity from /info', async () => {
    const { session } = await backends.open(tei, teiServer())
    expect(session.identity).toMatchObject({
      kind: 'tei',
      server: 'TEI 1.7.1',
      model: 'NAME',
      revision: 'abc123',
      dtype: 'float16',
      contextLength: 64,
      settings: { pooling: 'mean', normalised: true, dimension: 2, longTexts: 'refused' },
    })
    expect(session.limits).toMatchObject({ embedBatchTexts: 4, scoreConcurrency: 8 })
  })

  it('reads the documented description, and never sends more than 32 texts', async () => {
    const answer = replaying(loadExchange('tei', 'info'), teiServer())
    const { session } = await backends.open(tei, answer, { model: 'org/model' })
    expect(session.identity).toMatchObject({ model: 'org/model', contextLength: 512 })
    expect(session.limits.embedBatchTexts).toBe(32)
  })

  it('asks for unit vectors and no cutting, and reads them in order', async () => {
    const answer = replaying(loadExchange('tei', 'embed'), teiServer(), twoTexts)
    const { session, bodies } = await backends.open(tei, answer)
    expect(tenths((await session.embed?.(['a', 'b']))?.vectors)).toEqual([
      ['0.6', '0.8'],
      ['0.8', '0.6'],
    ])
    expect(bodies('/embed').at(-1)).toEqual({
      inputs: ['a', 'b'],
      normalize: true,
      truncate: false,
    })
  })

  it('gives an engine that fails in a job one more try', async () => {
    const failure = loadExchange('tei', 'err_not_embedding_model')
    const { session } = await backends.open(tei, replaying(failure, teiServer(), twoTexts))
    await expect(session.embed?.(['a', 'b'])).rejects.toMatchObject({
      details: { kind: 'retry', reason: 'engine', maxRetries: 1 },
    })
  })

  it('refuses to stand in for another model', async () => {
    const { config } = await backends.serve(tei, teiServer(), { model: 'other' })
    await expect(tei.open(config, TEST_ENVIRONMENT)).rejects.toThrow('serves NAME, not other')
  })

  it('believes no vectors of wrong number, length or value', async () => {
    for (const raw of ['[[1,2]]', '[[1,2],[1]]', '[[],[]]', '[[1,2],[1e999,1]]', '{"a":1}']) {
      const answer: Answer = (request) =>
        request.path === '/embed' && twoTexts(request) ? { raw } : teiServer()(request)
      const { session } = await backends.open(tei, answer)
      await expect(session.embed?.(['a', 'b'])).rejects.toMatchObject({ code: 'data_error' })
    }
  })
})

describe('Infinity', () => {
  it('has its routes without /v1, and says on the card that it cuts', async () => {
    const answer = replaying(loadExchange('infinity', 'embeddings'), infinityServer(), twoTexts)
    const { session } = await backends.open(infinity, answer)
    expect(tenths((await session.embed?.(['a', 'b']))?.vectors)[0]).toEqual(['0.6', '0.8'])
    expect(session.identity).toMatchObject({
      server: 'Infinity',
      contextLength: null,
      settings: { engine: 'torch', longTexts: 'cut by the server, unmarked' },
    })
  })

  it('is found out cutting long texts by the probe', async () => {
    const { config } = await backends.serve(infinity, infinityServer())
    const { steps, capabilities } = await infinity.probe(config, TEST_ENVIRONMENT)
    expect(capabilities.embed.state).toBe('yes')
    expect(steps.find(({ name }) => name === 'texts beyond the limit')).toMatchObject({
      state: 'unknown',
      detail: expect.stringContaining('silently'),
    })
  })
})

describe('vLLM with a pooling model', () => {
  it('states version and limit, takes base64, and never asks for cutting', async () => {
    const { session, bodies } = await backends.open(openai, poolingServer(), pooling)
    expect(session.identity).toMatchObject({
      kind: 'openai',
      server: 'vLLM 0.32.0',
      contextLength: 64,
      settings: { normalised: true, longTexts: 'refused' },
    })
    expect(bodies('/v1/embeddings').at(-1)).toEqual({
      model: 'NAME',
      input: ['warm-up'],
      encoding_format: 'base64',
    })
    const { config } = await backends.serve(openai, poolingServer(), pooling)
    const { steps } = await openai.probe(config, TEST_ENVIRONMENT)
    expect(steps.find(({ name }) => name === 'texts beyond the limit')).toMatchObject({
      state: 'pass',
      detail: 'refused, row by row',
    })
  })

  it('reads recorded base64 and recorded numbers alike', async () => {
    const read = async (name: string, texts: string[]) => {
      const exchange = loadExchange('vllm-pooling', name)
      const answer = replaying(
        exchange,
        poolingServer(),
        ({ body }) => ((body.input ?? []) as string[])[0]?.startsWith('Name') ?? false,
      )
      const { session } = await backends.open(openai, answer, pooling)
      return [...((await session.embed?.(texts))?.vectors[0] ?? [])].slice(0, 8)
    }
    const numbers = await read('embeddings', ['Name three fruits.', 'Name three fruits.\nApple'])
    expect(await read('embeddings_base64', ['Name three fruits.'])).toEqual(numbers)
    expect(numbers[0]).toBeCloseTo(0.009246472, 8)
  })

  it('falls back to numbers where base64 is refused by name', async () => {
    const answer: Answer = (request) =>
      request.body.encoding_format === 'base64'
        ? {
            status: 400,
            body: {
              error: { message: "'encoding_format' is not supported", param: 'encoding_format' },
            },
          }
        : poolingServer()(request)
    const { session, bodies } = await backends.open(openai, answer, pooling)
    await session.embed?.(['a'])
    expect(bodies('/v1/embeddings').map((body) => body.encoding_format)).toEqual([
      'base64',
      'float',
      'float',
    ])
  })
})
