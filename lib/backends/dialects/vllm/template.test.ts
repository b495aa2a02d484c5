import { afterEach, describe, expect, it } from 'vitest'
import { startStub, type StubServer } from '@/lib/testing/servers/openai'
import { BigramModel } from '@/lib/testing/servers/bigram'
import { vllmServer, type VllmOptions } from '@/lib/testing/servers/vllm'
import type { BackendEnvironment } from '@/lib/backends/types'
import { vllm } from '../vllm'

let stub: StubServer | undefined
afterEach(async () => {
  await stub?.close()
})

const env: BackendEnvironment = {
  cacheDir: '',
  modelsDir: null,
  secret: () => undefined,
  log: () => undefined,
}

async function open(options: VllmOptions = {}) {
  const model = new BigramModel(true)
  stub = await startStub(vllmServer(model, options))
  const session = await vllm.open(vllm.config.parse({ baseUrl: stub.url, model: 'NAME' }), env)
  return { model, session }
}

const user = (content: string) => [{ role: 'user' as const, content }]

describe('the chat template of a vLLM server', () => {
  it('renders a conversation, ready for the reply or not, with one BOS', async () => {
    const { model, session } = await open()
    const [closed] = (await session.chatIds?.([user('one')], false)) ?? []
    const [ready] = (await session.chatIds?.([user('one')], true)) ?? []
    expect([...(closed ?? [])]).toEqual(model.encode('user: one\n', true))
    expect([...(ready ?? [])]).toEqual(model.encode('user: one\nassistant: ', true))
    expect(stub?.seen.at(-1)?.body).toMatchObject({ add_special_tokens: false })
    await session.close()
  })

  it.each(['<|im_end|>', '</s>', '[INST]', '<start_of_turn>'])(
    'refuses the row that holds %s, which the server would take for a control token',
    async (text) => {
      const { session } = await open()
      await expect(session.chatIds?.([user(`say ${text}`)], true)).rejects.toMatchObject({
        code: 'data_error',
        details: { kind: 'row', reason: 'control_token' },
      })
      await session.close()
    },
  )

  it('is absent where the model has none', async () => {
    const { session } = await open({ noTemplate: true })
    expect(session.chatIds).toBeUndefined()
    expect(session.scoreTokens).toBeDefined()
    await session.close()
  })
})
