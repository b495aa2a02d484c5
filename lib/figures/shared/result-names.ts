import { benchmarkKey, type StoredResult } from '@/lib/contracts/results'

/** Returns what is made of a result once: results are kept from request to request, and a figure goes through thousands. */
export function oncePerResult<T>(make: (result: StoredResult) => T): (result: StoredResult) => T {
  const known = new WeakMap<StoredResult, T>()
  return (result) => {
    const found = known.get(result)
    if (found !== undefined) return found
    const made = make(result)
    known.set(result, made)
    return made
  }
}

/** Returns student, size and tuning of a result's model as one name; '' where nothing is said of it. */
export const studentOf = oncePerResult(({ mapping }) => {
  const { student, size, tuning } = mapping
  return [student, student?.includes(size ?? '') ? null : size, tuning].filter(Boolean).join(', ')
})

/** Returns the key of the panel in which a result is drawn: a metric of a benchmark. */
export const panelKey = oncePerResult(({ benchmark, subBenchmark, metric }) =>
  [benchmarkKey(benchmark), subBenchmark, metric].filter(Boolean).join(' | '),
)
