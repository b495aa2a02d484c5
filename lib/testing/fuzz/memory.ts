import fs from 'node:fs'

/** Returns the larger of `before` and the peak memory of the processes that this one started, in MB; null where the system does not tell. */
export function peakOfReaders(before: number | null): number | null {
  const own = `/proc/${process.pid}/task`
  if (!fs.existsSync(own)) return before
  const children = fs.readdirSync(own).flatMap((thread) => {
    const text = readOr(`${own}/${thread}/children`)
    return text.split(' ').filter(Boolean)
  })
  const peaks = children.map((pid) => {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readOr(`/proc/${pid}/status`))?.[1]
    return Math.round(Number(kilobytes ?? 0) / 1024)
  })
  return Math.max(before ?? 0, ...peaks)
}

/** A process may end while it is looked at. */
function readOr(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
