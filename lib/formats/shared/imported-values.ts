import {
  IMPORTED_VALUES,
  readImportedValue,
  type ImportedColumn,
  type ImportedValueSpec,
  type ReadValue,
} from '@/lib/contracts/imported-values'
import type { CanonicalRow } from '../types'

/** Returns the known result columns, each under the name that the user gave for it. */
export function namedValueSpecs(columns: readonly ImportedColumn[]): ImportedValueSpec[] {
  return IMPORTED_VALUES.map((spec) => {
    const named = columns.find(({ kind }) => kind === spec.key)
    return named ? { ...spec, key: named.column } : spec
  })
}

/** Returns the known result columns among the keys. */
export function importedValueSpecs(
  keys: readonly string[],
  columns: readonly ImportedColumn[] = [],
): ImportedValueSpec[] {
  return namedValueSpecs(columns).filter((spec) => keys.includes(spec.key))
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
