import type { CanonicalRow, ImportedValue, ImportedValueSpec } from '../types'

// The largest float32: what the paper's script writes when there is no neighbour.
const FLOAT32_MAX = 3.4028234663852886e38

/** Columns that other tools write beside the rows. */
const KNOWN: readonly ImportedValueSpec[] = [
  { key: 'min_neighbor_distance', label: 'Minimum neighbour distance (imported)' },
  { key: 'repeat_count', label: 'Repeat count (imported)' },
  { key: 'ppl_A_direct', label: 'Perplexity of the answer alone (imported)' },
  { key: 'ppl_A_condition', label: 'Perplexity of the answer given the instruction (imported)' },
  { key: 'ifd_ppl', label: 'IFD from perplexities (imported)' },
]

/** Returns the known result columns among the keys. */
export function importedValueSpecs(keys: readonly string[]): ImportedValueSpec[] {
  return KNOWN.filter((spec) => keys.includes(spec.key))
}

/** Returns the row's imported numbers; what is missing or not a finite number carries a status instead of a value. */
export function importedValues(
  row: CanonicalRow,
  specs: readonly ImportedValueSpec[],
): ImportedValue[] {
  return specs.map(({ key }) => {
    const raw = row.extra && Object.hasOwn(row.extra, key) ? row.extra[key] : undefined
    const literal = row.literals?.[`/${key}`]
    if (raw === undefined || (raw === null && literal === undefined) || raw === '') {
      return { key, value: null, status: 'not_run' }
    }
    if (raw === null) return { key, value: null, status: 'nonfinite' }
    const value = typeof raw === 'number' || typeof raw === 'string' ? Number(raw) : Number.NaN
    if (value === FLOAT32_MAX) return { key, value: null, status: 'n_too_small' }
    if (Number.isFinite(value)) return { key, value, status: 'ok' }
    const isNumberWord = typeof raw === 'string' && /^[-+]?(nan|inf(inity)?)$/i.test(raw)
    return { key, value: null, status: isNumberWord ? 'nonfinite' : 'unparsed' }
  })
}
