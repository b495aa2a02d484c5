import { formatCount } from '@/components/ui/format'
import type { CompareSeedSet } from '@/lib/contracts/compare'

/** Returns `: Math 16, Code 12`, or nothing where one number says it all or no seed set has a pair. */
export function alignedBySet(
  seedSets: readonly Pick<CompareSeedSet, 'label' | 'state' | 'aligned'>[],
): string {
  const aligned = seedSets.filter((set) => set.state === 'aligned')
  if (seedSets.length < 2 || aligned.length === 0) return ''
  return `: ${aligned.map((set) => `${set.label} ${formatCount(set.aligned)}`).join(', ')}`
}
