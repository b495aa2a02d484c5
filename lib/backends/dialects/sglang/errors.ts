import type { Judge } from '@/lib/backends/http/errors'

/** What SGLang's refusals mean: its own route answers 400 with a sentence for everything. */
export const judgeSglang: Judge = ({ status, message, isList }) => {
  if (status !== 400) return null
  const one = isList ? 'split' : 'row'
  if (/longer than the model|context length|exceeds? the maximum/i.test(message)) {
    return { kind: one, reason: 'too_long' }
  }
  if (/not supported|unrecognized|invalid value for/i.test(message)) {
    return { kind: 'config', reason: 'refused' }
  }
  return null
}
