import { describe, expect, it } from 'vitest'
import { finishedRows, runningRows } from './probe-rows'

const step = (id: string, state: string, detail = 'found', name = id) => ({
  id,
  name,
  state,
  detail,
})

describe('runningRows', () => {
  it('are open until a step decides them', () => {
    const steps = [step('chat', 'pass', 'ok'), step('determinism', 'pass', 'exact')]
    const rows = runningRows(steps, ['chat', 'promptLogprobs', 'embed'])
    const replica = runningRows([step('replica', 'fail', 'another model', 'replica h:1')], [])
    expect(replica.at(-1)).toMatchObject({ label: 'Replica h:1', state: 'no' })
    const states = Object.fromEntries(rows.map(({ id, state }) => [id, state]))
    expect(states).toMatchObject({ structured: 'absent', byIds: 'open' })
    expect(runningRows([], ['chat']).map(({ id }) => id)).not.toContain('byIds')
    expect(states).toMatchObject({
      chat: 'yes',
      determinism: 'fact',
      embed: 'open',
      length: 'open',
    })
  })
})

describe('finishedRows', () => {
  it('take the verdict of the capability, with reason and remedy, and leave unknown facts out', () => {
    const rows = finishedRows(
      {
        capabilities: {
          chat: { state: 'yes' },
          promptLogprobs: {
            state: 'no',
            reason: 'prompt scores: switched off',
            remedy: 'Start it with the flag.',
            flag: '--enable',
          },
        },
        identity: { contextLength: 1024, tokenizer: 'x', bosId: null },
        models: [],
        steps: [step('chat', 'pass', 'replies'), step('promptScores', 'pass')],
        latencyMs: 1,
      },
      ['chat', 'promptLogprobs'],
    )
    expect(rows.map(({ id }) => id)).toEqual(['chat', 'promptLogprobs', 'length', 'bos', 'latency'])
    expect(rows[0]).toMatchObject({ state: 'yes', detail: 'replies' })
    expect(rows[1]).toMatchObject({
      state: 'no',
      flag: '--enable',
      detail: expect.stringContaining('off'),
    })
    const chatOnly = { chat: { state: 'yes' as const }, embed: { state: 'no' as const } }
    const plain = { identity: {}, models: [], steps: [], latencyMs: null, capabilities: chatOnly }
    expect(finishedRows(plain, ['chat']).map(({ state }) => state)).toEqual(['yes', 'absent'])
    expect(finishedRows(plain, ['chat', 'embed']).map(({ state }) => state)).toEqual(['yes', 'no'])
    expect(rows[3]).toMatchObject({ state: 'fact', detail: 'adds none' })
  })
})
