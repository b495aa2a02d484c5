import { errorCode } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import { mapParallel } from '@/lib/backends/scoring/parallel'
import { fieldsOf, idsOf } from '@/lib/backends/scoring/wire'
import { failureKind, requestError } from '@/lib/backends/session/request-error'
import type { BackendSession, ChatMessage } from '@/lib/backends/types'

const TIMEOUT_MS = 30_000
const ENVELOPE_BYTES = 64 * 1024
const BYTES_PER_CHARACTER = 40
const AT_ONCE = 8
// The server renders text first and then cuts it, so that what looks like a control token would become one.
const CONTROL =
  /<\|[^|<>]{1,40}\|>|<\/?s>|<\/?(?:bos|eos|pad|unk)>|\[\/?INST\]|<(?:start|end)_of_turn>|<[|｜]/i

type ChatIds = NonNullable<BackendSession['chatIds']>

async function render(
  client: HttpClient,
  model: string,
  messages: readonly ChatMessage[],
  open: boolean,
  signal?: AbortSignal,
): Promise<Int32Array> {
  const size = messages.reduce((sum, { content }) => sum + content.length, 0)
  if (messages.some(({ content }) => CONTROL.test(content))) {
    throw requestError(
      { kind: 'row', reason: 'control_token', httpStatus: null },
      'The text holds what looks like a control token of a chat template; this server would take it for one.',
    )
  }
  const { json } = await client.send({
    method: 'POST',
    path: '/tokenize',
    // The template writes its own BOS.
    body: { model, messages, add_generation_prompt: open, add_special_tokens: false },
    timeoutMs: TIMEOUT_MS,
    maxBytes: ENVELOPE_BYTES + BYTES_PER_CHARACTER * (size + 1_000),
    signal,
  })
  return idsOf(fieldsOf(json, 'the top').tokens, 'tokens')
}

/** Returns the call that renders conversations under the served model's chat template, null where it has none. */
export async function templateCall(
  client: HttpClient,
  model: string,
  signal?: AbortSignal,
): Promise<ChatIds | null> {
  try {
    await render(client, model, [{ role: 'user', content: 'a' }], true, signal)
  } catch (error) {
    const kind = failureKind(error)
    const refused = kind === 'row' || kind === 'config' || kind === 'data_error'
    if (errorCode(error) === 'cancelled' || !refused) throw error
    return null
  }
  return (conversations, open, abort) =>
    mapParallel(conversations, AT_ONCE, (messages) => render(client, model, messages, open, abort))
}
