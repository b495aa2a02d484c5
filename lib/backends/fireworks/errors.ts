import type { Judge } from '../http/errors'

/** What Fireworks' refusals mean: 422 lists fields of the request that do not validate, which no other row would change. */
export const judgeFireworks: Judge = ({ status, message }) => {
  if (status !== 422) return null
  return /"loc"/.test(message) ? { kind: 'config', reason: 'parameter' } : null
}
