import { IMPORTED_VALUES, readImportedValue } from '@/lib/contracts/imported-values'
import type { MetricExample } from '../types'

interface Case {
  raw: unknown
  wasNonfinite?: boolean
  hasResponse?: boolean
  /** The value, or the status that stands in its place. */
  expected: number | string
}

/** Returns a worked example of reading one known column. */
export function importedExample(
  name: string,
  key: string,
  cases: Record<string, Case>,
): MetricExample {
  const spec = IMPORTED_VALUES.find((candidate) => candidate.key === key)
  const read = ({ raw, wasNonfinite = false, hasResponse = true }: Case) => {
    if (!spec) return null
    const { value, status } = readImportedValue(spec, raw, { wasNonfinite, hasResponse })
    return value ?? status
  }
  const each = <T>(of: (one: Case) => T) =>
    Object.fromEntries(Object.entries(cases).map(([id, one]) => [id, of(one)]))
  return { name, run: () => each(read), expected: each((one) => one.expected) }
}
