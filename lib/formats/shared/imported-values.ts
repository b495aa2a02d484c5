import {
  IMPORTED_VALUES,
  readImportedValue,
  type ImportedValueSpec,
  type ReadValue,
} from '@/lib/contracts/imported-values'
import type { CanonicalRow } from '../types'

/** Returns the known result columns among the keys. */
export function importedValueSpecs(keys: readonly string[]): ImportedValueSpec[] {
  return IMPORTED_VALUES.filter((spec) => keys.includes(spec.key))
}

/** What reading needs of a row. */
export type ValuedRow = Pick<CanonicalRow, 'extra' | 'flags' | 'output'>

/** Returns the row's imported numbers in the order of the specs; what is missing or not a number says why. */
export function importedValues(row: ValuedRow, specs: readonly ImportedValueSpec[]): ReadValue[] {
  // A stored row keeps only the flag: JSON cannot print the number itself.
  const wasNonfinite = row.flags.includes('nonfinite_number')
  const hasResponse = row.output !== null && row.output !== ''
  return specs.map((spec) => {
    const raw = row.extra && Object.hasOwn(row.extra, spec.key) ? row.extra[spec.key] : undefined
    return readImportedValue(spec, raw, { wasNonfinite, hasResponse })
  })
}
