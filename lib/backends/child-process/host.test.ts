import os from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { EngineHost } from './host'

const hosts: EngineHost[] = []

function host(initArgs: (crashes: number) => unknown = () => ({}), log: string[] = []) {
  const made = new EngineHost({
    entry: 'lib/testing/child.ts',
    name: 'The test engine',
    initArgs,
    log: (message) => log.push(message),
  })
  hosts.push(made)
  return made
}

afterEach(async () => {
  for (const made of hosts.splice(0)) await made.close()
})

describe('an engine in a child process', () => {
  it('starts once, answers with typed arrays, and passes the log on', async () => {
    const log: string[] = []
    const engine = host(undefined, log)
    const [a, b] = await Promise.all([
      engine.call('echo', { values: Float32Array.of(1, Number.NaN) }),
      engine.call('echo', 2),
    ])
    expect(a).toEqual({ values: Float32Array.of(1, Number.NaN) })
    expect(b).toBe(2)
    expect(log).toEqual(['started'])
  })

  it('passes the code of an error on and goes on working', async () => {
    const engine = host()
    await expect(engine.call('fail', {})).rejects.toMatchObject({ code: 'data_error' })
    await expect(engine.call('echo', 1)).resolves.toBe(1)
  })

  it('rejects what was under way when the child is killed, and starts again', async () => {
    const engine = host()
    await engine.start()
    const first = engine.pid
    const waiting = engine.call('wait', {})
    process.kill(first ?? 0, 'SIGKILL')
    await expect(waiting).rejects.toMatchObject({ code: 'backend_unavailable' })
    await expect(engine.call('echo', 'again')).resolves.toBe('again')
    expect(engine.pid).not.toBe(first)
  })

  it('tries once more, told of the crash, when the child dies while it starts', async () => {
    const engine = host((crashes) => ({ crash: crashes === 0 }))
    await expect(engine.call('echo', 1)).resolves.toBe(1)
  })

  it('does not restart for ever', async () => {
    const engine = host()
    for (let i = 0; i < 5; i += 1) {
      await expect(engine.call('die', {})).rejects.toMatchObject({ code: 'backend_unavailable' })
    }
    await expect(engine.call('echo', 1)).rejects.toThrow('crashed 5 times in a row')
  })

  it('passes on that the engine refuses to start, and does not call it a crash', async () => {
    const engine = host(() => ({ refuse: true }))
    await expect(engine.start()).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(engine.start()).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('cancels a call, in the child as well', async () => {
    const engine = host()
    await engine.start()
    const controller = new AbortController()
    const waiting = engine.call('wait', {}, controller.signal)
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    await expect(engine.call('echo', 1)).resolves.toBe(1)
  })

  it('runs the child at the priority that EVOLENS_NICE asks for', async () => {
    const niceness = Math.max(4, os.getPriority())
    const made = new EngineHost({
      entry: 'lib/testing/child.ts',
      name: 'The test engine',
      initArgs: () => ({}),
      log: () => undefined,
      env: { ...process.env, EVOLENS_NICE: String(niceness) },
    })
    hosts.push(made)
    await made.start()
    expect(os.getPriority(made.pid ?? 0)).toBe(niceness)
  })

  it('ends the child when closed', async () => {
    const engine = host()
    await engine.start()
    const pid = engine.pid ?? 0
    await engine.close()
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    await expect(engine.call('echo', 1)).rejects.toMatchObject({ code: 'backend_unavailable' })
  })
})
