import os from 'node:os'

type Times = Pick<os.CpuInfo, 'times'>

// Less than this is the system itself, on any machine.
const LEAST_SHARE = 0.1

/**
 * Returns the share of the processors, 0 to 1, that programs took between two readings which the engines stand back for;
 * null where nothing tells. Work at lowered priority, the engines' own above all, does not count.
 */
export function shareOfOthers(before: readonly Times[], after: readonly Times[]): number | null {
  let others = 0
  let all = 0
  after.forEach(({ times }, cpu) => {
    const start = before[cpu]?.times
    if (!start) return
    others += times.user - start.user + (times.sys - start.sys) + (times.irq - start.irq)
    all += times.idle - start.idle + (times.nice - start.nice)
  })
  return others + all > 0 ? others / (others + all) : null
}

/** Returns what an estimate for an engine of this machine assumes, in words. */
export function ownMachineNote(niceness: number, others: number | null): string {
  const manner =
    niceness > 0
      ? `This engine stands back for other programs (EVOLENS_NICE is ${niceness})`
      : 'This engine shares the processors with other programs (EVOLENS_NICE is 0)'
  if (others === null || others < LEAST_SHARE) {
    return `${manner}. The time assumes that they take little, as while it was measured.`
  }
  const share = Math.round(others * 100)
  return `${manner}. While the time was measured they took ${share} % of the processors: the run is faster when they end, and slower when they take more.`
}

/** Returns a function that says what an estimate assumes, measured from now until it is called. */
export function watchOwnMachine(niceness: number): () => string {
  const before = os.cpus()
  // Without lowered priority the engines' own work looks like that of other programs; so it does where it is not counted apart.
  const tells = niceness > 0 && process.platform === 'linux'
  return () => ownMachineNote(niceness, tells ? shareOfOthers(before, os.cpus()) : null)
}
