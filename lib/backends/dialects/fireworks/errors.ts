import type { Judge } from '@/lib/backends/http/errors'

/** What Fireworks' refusals mean: 422 lists fields of the request that do not validate, which no other row would change. */
export const judgeFireworks: Judge = ({ status, message }) => {
  if (status !== 422) return null
  return /"loc"/.test(message) ? { kind: 'config', reason: 'parameter' } : null
}
