import { describe, expect, it } from 'vitest'
import { NO_CACHE } from './cache-port'
import { openMachines, type Machine } from '@/lib/testing/pool'

const CHANGED = { details: { pause: 'model_changed' } }

/** One machine with a view of its own, at a clock too slow for checks that nobody asks for. */
async function alone(prepare: (machine: Machine) => void = () => undefined) {
  const opened = await openMachines(1, ([a]) => prepare(a as Machine), 1)
  const [machine] = opened.machines as [Machine]
  return { ...opened, machine, view: opened.shared.handOut() }
}

describe('replies', () => {
  it('reach the cache only after a check that began after them', async () => {
    const { ask, view, cache, machine } = await alone()
    await ask(1, view)
    expect(cache.size).toBe(0)
    const { checked } = machine
    await view.confirm()
    expect(cache.size).toBe(1)
    expect(machine.checked).toBe(checked + 1)
    // Nothing is left to confirm.
    await view.confirm()
    expect(machine.checked).toBe(checked + 1)
  })

  it('are found by others before that, who then depend on the same check', async () => {
    const { ask, shared, view, machine } = await alone()
    const other = shared.handOut()
    await ask(1, view)
    await ask(1, other)
    expect(machine.asked).toBe(1)
    expect(other.meter).toMatchObject({ requests: 0, cachedRequests: 1 })
    machine.seed = 5
    await expect(other.confirm()).rejects.toMatchObject(CHANGED)
  })

  it('that two views wait for depend on the same check for both', async () => {
    const { ask, shared, view, machine } = await alone()
    const other = shared.handOut()
    await Promise.all([ask(1, view), ask(1, other)])
    expect(machine.asked).toBe(1)
    machine.seed = 5
    for (const one of [view, other]) await expect(one.confirm()).rejects.toMatchObject(CHANGED)
  })

  it('of another model that took the place without a word are not kept', async () => {
    const { ask, view, cache, machine, pool, notices } = await alone((a) => {
      a.silent = true
    })
    await ask(1, view)
    await view.confirm()
    machine.seed = 5
    await ask(2, view)
    await expect(view.confirm()).rejects.toMatchObject({
      ...CHANGED,
      message: expect.stringMatching(
        /began with \(fake-1\): its model is "fake-5" instead of "fake-1".*Bring the first model back/,
      ) as string,
    })
    expect(cache.size).toBe(1)
    expect(pool.stale).toBe(true)
    expect(notices).toEqual(['a:1 is left out: its model is "fake-5" instead of "fake-1".'])
    await expect(ask(3, view)).rejects.toMatchObject(CHANGED)
  })

  it('stay lost for who has read them when the first model is back before anybody asks', async () => {
    const { ask, shared, view, cache, machine, pool } = await alone()
    await ask(1, view)
    machine.seed = 5
    await expect(shared.handOut().confirm()).resolves.toBeUndefined()
    // Another job's check finds the other model; then the first one returns.
    const other = shared.handOut()
    machine.silent = true
    await ask(2, other)
    await expect(other.confirm()).rejects.toMatchObject(CHANGED)
    machine.seed = 1
    pool.forgive()
    await pool.check()
    await expect(view.confirm()).rejects.toThrow('Another model answered')
    expect(cache.size).toBe(0)
    const fresh = shared.handOut()
    await ask(1, fresh)
    await fresh.confirm()
    expect(cache.size).toBe(1)
  })

  it('to lists show themselves whose they are, even of a model that is gone before the next check', async () => {
    const { view, shared, machine, cache } = await alone()
    const texts = ['one of them', 'the other of them']
    const ids = (await view.tokenize?.(texts, false)) ?? []
    machine.seed = 5
    const { checked } = machine
    const asked = view.scoreTokens?.(ids)
    while (machine.checked === checked) await new Promise((resolve) => setImmediate(resolve))
    machine.seed = 1
    await asked
    // The tokens may be of the other model, too: this job begins again.
    await expect(view.confirm()).rejects.toThrow('A reply is not of the model that was opened')
    const again = shared.handOut()
    const scores = await again.scoreTokens?.(ids)
    await again.confirm()
    expect(cache.size).toBe(2)
    // What the first model says, without the cache.
    const plain = await shared.handOut({ cache: NO_CACHE }).scoreTokens?.(ids)
    expect(scores).toEqual(plain)
    expect(scores).toHaveLength(2)
    expect(machine.checked).toBeGreaterThan(checked + 2)
  })

  it('on their way while another model is found are not taken, even if the first one is back', async () => {
    const { ask, view, cache, machine, pool } = await alone((a) => {
      a.latencyMs = 200
      a.silent = true
    })
    machine.seed = 5
    const late = Promise.resolve(ask(1, view))
    late.catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 10))
    machine.latencyMs = 1
    await expect(pool.check()).rejects.toMatchObject(CHANGED)
    machine.seed = 1
    pool.forgive()
    await pool.check()
    const reply = await late
    await view.confirm()
    // Asked again of the first model.
    expect(machine.asked).toBe(2)
    expect(cache.size).toBe(1)
    const first = await alone()
    expect(reply?.text).toBe((await first.ask(1, first.view))?.text)
  })

  it('of another number format are of another model, whatever the numbers', async () => {
    const { ask, view, cache, machine } = await alone((a) => {
      a.dtype = 'Q8_0'
    })
    await ask(1, view)
    machine.dtype = 'Q4_1'
    await expect(view.confirm()).rejects.toMatchObject({
      ...CHANGED,
      message: expect.stringContaining('its dtype is "Q4_1" instead of "Q8_0"') as string,
    })
    expect(cache.size).toBe(0)
  })

  it('wait for the next check when the server cannot be asked', async () => {
    const { ask, view, shared, cache, machine, pool } = await alone()
    await ask(1, view)
    machine.isUp = false
    const stop = AbortSignal.timeout(50)
    await expect(view.confirm(stop)).rejects.toMatchObject({ code: 'cancelled' })
    expect(cache.size).toBe(0)
    machine.isUp = true
    pool.forgive()
    await pool.check()
    expect(cache.size).toBe(1)
    await expect(view.confirm()).resolves.toBeUndefined()
    await shared.close()
  })

  it('are checked by themselves when no job asks for it', async () => {
    const { ask, cache, machines, clock } = await openMachines(1)
    await ask(1)
    expect(cache.size).toBe(0)
    await clock.sleep(4_000)
    expect(cache.size).toBe(1)
    expect(machines[0]?.opened).toBe(1)
  })

  it('of one replaced machine are dropped, and the other one goes on', async () => {
    const { machines, askMany, ask, shared, cache, pool } = await openMachines(2, undefined, 1)
    const [a, b] = machines as [Machine, Machine]
    const reader = shared.handOut()
    await Promise.all(Array.from({ length: 8 }, (_, n) => ask(n, reader)))
    expect(a.asked * b.asked).toBeGreaterThan(0)
    a.seed = 5
    await expect(reader.confirm()).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: expect.stringMatching(/one of the servers.*discarded and computed again/) as string,
    })
    const kept = cache.size
    expect(kept).toBeLessThan(8)
    expect(pool.stale).toBe(false)
    const asked = a.asked
    await askMany(20, 30)
    const again = shared.handOut()
    await Promise.all(Array.from({ length: 8 }, (_, n) => ask(n, again)))
    await again.confirm()
    expect(a.asked).toBe(asked)
    expect(cache.size).toBe(18)
  })

  it('that name another model are refused at once', async () => {
    const { machines, ask, pool, shared, cache } = await openMachines(2, undefined, 1)
    for (const machine of machines) machine.seed = 5
    const view = shared.handOut()
    await expect(ask(1, view)).rejects.toMatchObject({
      ...CHANGED,
      message: expect.stringContaining('"fake-5" instead of "fake-1"') as string,
    })
    expect(pool.stale).toBe(true)
    expect(cache.size).toBe(0)
  })
})

describe('a check', () => {
  it('is shared by all who wait for one', async () => {
    const { ask, shared, machine } = await alone()
    const views = Array.from({ length: 6 }, () => shared.handOut())
    await Promise.all(views.map((view, n) => ask(n, view)))
    const { checked } = machine
    await Promise.all(views.map((view) => view.confirm()))
    // One that may have begun too early, and one for those who came meanwhile.
    expect(machine.checked - checked).toBeLessThanOrEqual(2)
  })

  it('is made for a new job, so that it does not begin on another model', async () => {
    const { pool, machine } = await alone()
    const { checked } = machine
    await pool.recheck()
    expect(machine.checked).toBe(checked + 1)
    expect(pool.stale).toBe(false)
    machine.seed = 5
    await pool.recheck()
    expect(pool.stale).toBe(true)
  })
})
