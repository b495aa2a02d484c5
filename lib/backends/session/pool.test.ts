import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { MeteredSession } from './metered'
import { requestError } from './request-error'
import { targetsOf } from './replicas'
import { openMachines, type Machine } from '@/lib/testing/pool'

describe('targets', () => {
  it('are the own address and each replica once, with nothing of them but the host in messages', () => {
    const config = { baseUrl: 'http://a:1/secret-prefix', model: 'm' }
    const stored = { ...config, replicas: ['http://b:2', 'http://a:1/secret-prefix', 'http://b:2'] }
    expect(targetsOf(stored, config, 'Label')).toEqual([
      { name: 'a:1', config, isServer: true },
      { name: 'b:2', config: { ...config, baseUrl: 'http://b:2' }, isServer: true },
    ])
    expect(targetsOf({}, { seed: 1 }, 'Label')).toEqual([
      { name: 'Label', config: { seed: 1 }, isServer: false },
    ])
  })
})

describe('a pool', () => {
  it('spreads work over its endpoints, each under a limit of its own', async () => {
    const { machines, pool, askMany } = await openMachines(3)
    await askMany(0, 60)
    for (const { asked, mostActive } of machines) {
      expect(asked).toBeGreaterThan(10)
      expect(mostActive).toBeLessThanOrEqual(4)
    }
    expect(machines.reduce((sum, { asked }) => sum + asked, 0)).toBe(60)
    expect(pool.parts.limits.chatConcurrency).toBe(12)
  })

  it('sends more to the faster one', async () => {
    const { machines, askMany } = await openMachines(2, ([a]) => {
      if (a) a.latencyMs = 25
    })
    await askMany(0, 60)
    const [slow, fast] = machines as [Machine, Machine]
    expect(slow.asked + fast.asked).toBe(60)
    expect(fast.asked).toBeGreaterThan(slow.asked)
  })

  it('leaves a dead endpoint out, says so once, and takes it back when it lives', async () => {
    const { machines, notices, clock, askMany } = await openMachines(2)
    const [a, b] = machines as [Machine, Machine]
    await askMany(0, 10)
    a.isUp = false
    await askMany(10, 60)
    expect(b.asked).toBeGreaterThanOrEqual(50)
    expect(notices.filter((message) => message.startsWith('a:1 does not answer'))).toHaveLength(1)
    const { asked } = a
    await askMany(60, 70)
    expect(a.asked).toBe(asked)
    a.isUp = true
    await clock.sleep(40_000)
    await askMany(70, 80)
    await sleep(5)
    await askMany(80, 120)
    expect(a.asked).toBeGreaterThan(asked)
    expect(notices.at(-1)).toBe('a:1 answers again.')
  })

  it('opens without an endpoint that is away at the start', async () => {
    const { machines, notices, pool, askMany } = await openMachines(2, ([a]) => {
      if (a) a.isUp = false
    })
    expect(pool.leftOut()).toEqual(['a:1 is left out: Nothing listens at http://a:1.'])
    expect(notices).toHaveLength(1)
    await askMany(0, 5)
    expect(machines[1]?.asked).toBe(5)
  })

  it('opens without an endpoint that hangs', async () => {
    const { machines, pool, askMany } = await openMachines(2, ([, b]) => {
      if (b) b.hangs = true
    })
    expect(pool.leftOut()).toEqual(['b:2 is left out: It did not open in time.'])
    await askMany(0, 5)
    expect(machines[0]?.asked).toBe(5)
  })

  it('does not open when nobody is there', async () => {
    const nobody = openMachines(2, (machines) =>
      machines.forEach((machine) => (machine.isUp = false)),
    )
    await expect(nobody).rejects.toThrow('Nothing listens at http://a:1.')
  })

  it('refuses an endpoint of another model by name', async () => {
    const { machines, notices, pool, askMany } = await openMachines(3, ([, b]) => {
      if (b) b.seed = 7
    })
    await askMany(0, 30)
    expect(machines[1]?.asked).toBe(0)
    expect(notices).toEqual(['b:2 is left out: its model is "fake-7" instead of "fake-1".'])
    expect(pool.leftOut()).toHaveLength(1)
  })

  it('moves work away from an endpoint that asks to wait, at no attempt', async () => {
    const { machines, askMany } = await openMachines(2)
    const [a, b] = machines as [Machine, Machine]
    const details = {
      kind: 'retry',
      reason: 'rate_limit',
      httpStatus: 429,
      retryAfterMs: 60_000,
    } as const
    a.busy = { times: Infinity, error: () => requestError(details, 'busy') }
    const start = performance.now()
    await askMany(0, 20)
    expect(b.asked).toBe(20)
    // A minute of its clock is 300 ms of ours.
    expect(performance.now() - start).toBeLessThan(250)
  })

  it('pauses the job with the names of all that are away, and goes on when one is back', async () => {
    const { machines, ask, pool } = await openMachines(2)
    machines.forEach((machine) => (machine.isUp = false))
    const failed = Promise.resolve(ask(1))
    await expect(failed).rejects.toMatchObject({
      code: 'backend_unavailable',
      details: { pause: 'backend_down', backendId: 'backend' },
      message: expect.stringMatching(/a:1: Nothing.*b:2: Nothing/) as string,
    })
    await expect(pool.check()).rejects.toThrow('Nothing listens')
    const [, b] = machines as [Machine, Machine]
    b.isUp = true
    await pool.check()
    await expect(ask(1)).resolves.toMatchObject({ model: 'fake-1' })
  })

  it('recognises another model after a restart, before it asks it anything', async () => {
    const { machines, ask, pool } = await openMachines(1)
    const [a] = machines as [Machine]
    await ask(0)
    a.isUp = false
    await expect(ask(1)).rejects.toMatchObject({ details: { pause: 'backend_down' } })
    a.isUp = true
    a.seed = 9
    const { asked } = a
    await expect(pool.check()).rejects.toMatchObject({ details: { pause: 'model_changed' } })
    await expect(ask(1)).rejects.toMatchObject({ details: { pause: 'model_changed' } })
    expect(a.asked).toBe(asked)
    expect(pool.stale).toBe(true)
  })

  it('calls an endpoint down that answers with 503 for long, not after a burst', async () => {
    const { machines, notices, ask, clock } = await openMachines(2)
    const [a] = machines as [Machine]
    const details = { kind: 'retry', reason: 'overloaded', httpStatus: 503 } as const
    a.busy = { times: Infinity, error: () => requestError(details, 'The server answered 503.') }
    await Promise.all(Array.from({ length: 12 }, (_, n) => ask(n)))
    expect(notices).toEqual([])
    await clock.sleep(11_000)
    for (let n = 20; n < 40 && notices.length === 0; n += 1)
      await Promise.all([ask(n), ask(n + 100)])
    expect(notices).toEqual(['a:1 does not answer and is left out: The server answered 503.'])
  })

  it('has one cache for all endpoints, whatever their number', async () => {
    const one = await openMachines(1)
    const three = await openMachines(3)
    const views = [one, three].map(({ shared }) => shared.handOut()) as [
      MeteredSession,
      MeteredSession,
    ]
    for (let n = 0; n < 5; n += 1) await Promise.all([one.ask(n, views[0]), three.ask(n, views[1])])
    await Promise.all(views.map((view) => view.confirm()))
    expect(one.keys).toHaveLength(5)
    expect([...three.keys].sort()).toEqual([...one.keys].sort())
  })
})
