import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'

/** Reads a small text file of the system, or returns null. */
export type ReadText = (file: string) => string | null

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** Returns the numbers in a kernel list such as `0-3,8`. */
export function parseCpuList(text: string): number[] {
  const numbers: number[] = []
  for (const part of text.trim().split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part.trim())
    if (!match) continue
    const first = Number(match[1])
    const last = match[2] === undefined ? first : Number(match[2])
    for (let cpu = first; cpu <= last; cpu += 1) numbers.push(cpu)
  }
  return numbers
}

/** Returns the processors that a container's quota allows, or null without one (cgroup versions 2 and 1). */
function quotaCpus(read: ReadText): number | null {
  const modern = /^(\d+) (\d+)/.exec(read('/sys/fs/cgroup/cpu.max') ?? '')
  if (modern) return Number(modern[1]) / Number(modern[2])
  const quota = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') ?? '-1')
  const period = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_period_us') ?? '0')
  return quota > 0 && period > 0 ? quota / period : null
}

function linuxCores(read: ReadText): number | null {
  const status = read('/proc/self/status')
  const allowed = status ? /^Cpus_allowed_list:\s*(.+)$/m.exec(status)?.[1] : undefined
  if (!allowed) return null
  const cores = new Set<string>()
  for (const cpu of parseCpuList(allowed)) {
    const topology = `/sys/devices/system/cpu/cpu${cpu}/topology`
    const siblings =
      read(`${topology}/core_cpus_list`) ?? read(`${topology}/thread_siblings_list`) ?? String(cpu)
    cores.add(siblings.trim())
  }
  return cores.size === 0 ? null : cores.size
}

/**
 * Returns how many compute threads are worth starting: the physical cores that this process may use, not
 * hyper-threads, within the processor affinity and the container's quota. At least 1.
 */
export function physicalCores(read: ReadText = readText, platform = process.platform): number {
  const logical = Math.max(1, availableParallelism())
  const byKernel = platform === 'linux' ? linuxCores(read) : null
  // Apple's processors have no hyper-threads; elsewhere two threads a core is the rule when nothing tells.
  const guess = platform === 'darwin' || cpus().length < 4 ? logical : Math.ceil(logical / 2)
  const quota = platform === 'linux' ? quotaCpus(read) : null
  const cores = byKernel ?? guess
  return Math.max(1, quota === null ? cores : Math.min(cores, Math.floor(quota) || 1))
}
