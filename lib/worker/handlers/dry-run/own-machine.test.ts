import { execFileSync } from 'node:child_process'
import os from 'node:os'
import { describe, expect, it } from 'vitest'
import { ownMachineNote, shareOfOthers } from './own-machine'

const cpu = (user: number, nice: number, sys: number, idle: number) => ({
  times: { user, nice, sys, idle, irq: 0 },
})

describe('what an estimate for an engine of this machine assumes', () => {
  it('counts programs that go first, not work at lowered priority', () => {
    const before = [cpu(100, 100, 100, 100), cpu(0, 0, 0, 0)]
    const after = [cpu(150, 150, 110, 100), cpu(10, 40, 10, 30)]
    expect(shareOfOthers(before, after)).toBeCloseTo(80 / 200, 12)
    expect(shareOfOthers(before, before)).toBeNull()
  })

  // Where the tests themselves run at lowered priority, so would that program.
  it.skipIf(process.platform !== 'linux' || os.getPriority() > 0)(
    'sees a program that computes',
    () => {
      const before = os.cpus()
      execFileSync(process.execPath, [
        '-e',
        'for (const end = Date.now() + 1000; Date.now() < end;);',
      ])
      const share = shareOfOthers(before, os.cpus()) ?? 0
      expect(share).toBeGreaterThan(0.3 / os.cpus().length)
      expect(share).toBeLessThanOrEqual(1)
    },
  )

  it('says how far the engine stands back and what others took', () => {
    expect(ownMachineNote(10, 0.62)).toContain('they took 62 % of the processors')
    expect(ownMachineNote(10, 0.62)).toContain('EVOLENS_NICE is 10')
    expect(ownMachineNote(10, 0.02)).toContain('assumes that they take little')
    expect(ownMachineNote(0, null)).toContain('shares the processors')
  })
})
