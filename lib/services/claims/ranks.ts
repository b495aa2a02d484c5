import type { Finding } from '@/lib/contracts/claims'
import { plural } from '@/lib/contracts/format'
import { bootstrapInterval, permutationP, spearman } from '@/lib/stats/rank-correlation'
import { emptyFinding } from './verdict'

/** Below this many units a rank correlation is no evidence, as in the figure of metrics against results. */
const FEWEST = 5

type RankFields = Pick<Finding, 'label' | 'a' | 'b' | 'expected' | 'unitName'> &
  Partial<Pick<Finding, 'of' | 'runs'>>

/** Returns Spearman's correlation with bootstrap interval and permutation test as a finding; no number below five units. */
export function rankFinding(
  x: readonly number[],
  y: readonly number[],
  fields: RankFields,
): Finding {
  const base = emptyFinding({ of: x.length, ...fields, units: x.length })
  const found = spearman(x, y)
  if (x.length < FEWEST) {
    const because = `${plural(x.length, fields.unitName)}: a rank correlation needs at least ${FEWEST}`
    return { ...base, because }
  }
  if (!found.ok) return { ...base, because: 'one of the two does not vary' }
  const interval = bootstrapInterval(x, y)
  return {
    ...base,
    effect: found.value,
    ...(interval.ok ? { low: interval.low, high: interval.high } : {}),
    interval: `95 % bootstrap interval, each ${fields.unitName} resampled`,
    test: 'permutation test',
    p: permutationP(x, y),
    n: x.length,
  }
}
