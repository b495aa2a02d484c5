import { GREEDY, type BackendSession } from '@/lib/backends/types'
import type { ExpectedError } from './subject'

const TEXT = 'Monday, Tuesday'

/** Calls a session with a small input; rejects with "absent" when it lacks the method. */
export async function callSession(
  session: BackendSession,
  call: ExpectedError['call'],
  signal?: AbortSignal,
): Promise<unknown> {
  const list = call.endsWith('list')
  switch (call) {
    case 'chat':
      if (!session.generate) throw 'absent'
      return session.generate(
        { messages: [{ role: 'user', content: TEXT }], params: GREEDY },
        signal,
      )
    case 'score':
    case 'score list': {
      if (!session.scoreTokens) throw 'absent'
      const ids = (await session.tokenize?.([TEXT], true).catch(() => null))?.[0]
      const sequence = ids ?? Int32Array.of(20, 21)
      return session.scoreTokens(list ? [sequence, sequence] : [sequence], signal)
    }
    case 'embed':
    case 'embed list':
      if (!session.embed) throw 'absent'
      return session.embed(list ? [TEXT, 'x'] : [TEXT], signal)
    case 'reward':
      if (!session.reward) throw 'absent'
      return session.reward([{ request: TEXT, reply: 'Wednesday' }], signal)
    case 'tokenize':
      if (!session.tokenize) throw 'absent'
      return session.tokenize([TEXT], true, signal)
    default:
      return null
  }
}
