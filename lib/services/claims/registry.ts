import type { ClaimEntry } from './entries/entry'
import { GAIN_CLAIMS } from './entries/gain'
import { ROW_CLAIMS } from './entries/rows'

/** The claims in the order of the paper, then those that it did not test. */
export const CLAIMS: readonly ClaimEntry[] = [...GAIN_CLAIMS, ...ROW_CLAIMS].toSorted((a, b) =>
  a.id.localeCompare(b.id),
)
