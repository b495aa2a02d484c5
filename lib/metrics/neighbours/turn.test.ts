import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { inTurn } from './turn'

it('lets one work run at a time, in order, past failures and cancelled waits', async () => {
  const seen: string[] = []
  const work =
    (name: string, fails = false) =>
    async () => {
      seen.push(`${name} begins`)
      await sleep(20)
      seen.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    }
  const stop = new AbortController()
  const all = Promise.allSettled([
    inTurn(undefined, work('a', true)),
    inTurn(stop.signal, work('b')),
    inTurn(undefined, work('c')),
  ])
  stop.abort()
  const [a, b, c] = await all
  expect(a).toMatchObject({ status: 'rejected', reason: { message: 'a' } })
  expect(b).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } })
  expect(c).toEqual({ status: 'fulfilled', value: 'c' })
  expect(seen).toEqual(['a begins', 'a ends', 'c begins', 'c ends'])
})
