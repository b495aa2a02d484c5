import { describe, expect, it } from 'vitest'
import { parseCpuList, physicalCores } from './cores'

function machine(files: Record<string, string>) {
  return (file: string) => files[file] ?? null
}

const topology = (cpu: number, siblings: string) => ({
  [`/sys/devices/system/cpu/cpu${cpu}/topology/core_cpus_list`]: `${siblings}\n`,
})

describe('counting cores', () => {
  it('reads the lists of the kernel', () => {
    expect(parseCpuList('0-3,8,10-11\n')).toEqual([0, 1, 2, 3, 8, 10, 11])
    expect(parseCpuList('')).toEqual([])
  })

  it('counts physical cores, not hyper-threads', () => {
    const files = {
      '/proc/self/status': 'Name:\tnode\nCpus_allowed_list:\t0-7\n',
      ...topology(0, '0,4'),
      ...topology(1, '1,5'),
      ...topology(2, '2,6'),
      ...topology(3, '3,7'),
      ...topology(4, '0,4'),
      ...topology(5, '1,5'),
      ...topology(6, '2,6'),
      ...topology(7, '3,7'),
    }
    expect(physicalCores(machine(files), 'linux')).toBe(4)
  })

  it('respects the processor affinity', () => {
    const files = {
      '/proc/self/status': 'Cpus_allowed_list:\t0,4\n',
      ...topology(0, '0,4'),
      ...topology(4, '0,4'),
    }
    expect(physicalCores(machine(files), 'linux')).toBe(1)
  })

  it("respects a container's quota, old and new", () => {
    const status = { '/proc/self/status': 'Cpus_allowed_list:\t0-7\n' }
    const modern = { ...status, '/sys/fs/cgroup/cpu.max': '250000 100000\n' }
    expect(physicalCores(machine(modern), 'linux')).toBe(2)
    const none = { ...status, '/sys/fs/cgroup/cpu.max': 'max 100000\n' }
    expect(physicalCores(machine(none), 'linux')).toBe(8)
    const old = {
      ...status,
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
    }
    expect(physicalCores(machine(old), 'linux')).toBe(1)
  })

  it('returns at least one anywhere', () => {
    expect(physicalCores(() => null, 'win32')).toBeGreaterThanOrEqual(1)
    expect(physicalCores()).toBeGreaterThanOrEqual(1)
  })
})
