import type { Judge } from '@/lib/backends/http/errors'

/** What the server's refusals mean: it answers 500 for wrong settings as well. */
export const judgeLlamaCppPython: Judge = ({ status, code, message }) => {
  if (code === 'model_not_found') {
    return { kind: 'config', reason: 'not_offered', code: 'capability_missing' }
  }
  if (status === 500 && /logits_all/i.test(message)) {
    return {
      kind: 'config',
      reason: 'logits_all',
      code: 'capability_missing',
      message: 'The server was started without the option that keeps all logits.',
    }
  }
  return null
}
