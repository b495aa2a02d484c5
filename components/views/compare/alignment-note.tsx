'use client'

import { Text } from '@mantine/core'
import { plural } from '@/lib/contracts/format'
import { LinkButton } from '@/components/ui/link-button'
import { Notice } from '@/components/ui/states'
import type { CompareSummary } from '@/lib/contracts/compare'
import { alignedBySet } from './format'

interface AlignmentNoteProps {
  summary: CompareSummary
  /** Compares one seed set alone. */
  onSet(key: string): void
}

/** What is aligned, what is not, and why. */
export function AlignmentNote({ summary, onSet }: AlignmentNoteProps) {
  const off = summary.seedSets.filter((set) => set.state !== 'aligned')
  const isMixed = summary.aligned > 0
  const seeds = summary.seedSets.reduce((sum, set) => sum + set.seeds, 0)
  const unmatched = summary.seedSets.reduce((sum, set) => sum + set.unmatched, 0)
  const withoutUnit = summary.seedSets.reduce((sum, set) => sum + set.withoutUnit, 0)
  const reasons: Record<string, string> = {
    not_aligned: isMixed
      ? 'rows share no seeds, so it has no part in the numbers below; alone it can be compared unpaired'
      : 'rows share no seeds, so only unpaired tests apply',
    no_operator: 'a side has no row of these operators',
    missing_a: 'A has no file',
    missing_b: 'B has no file',
    missing_both: 'neither side has a file',
  }
  return (
    <>
      <Text aria-live="polite">
        <strong>{plural(summary.aligned, 'aligned pair')}</strong> of {plural(summary.rowsA, 'row')}{' '}
        of A and {plural(summary.rowsB, 'row')} of B{alignedBySet(summary.seedSets)}.
        {seeds < summary.aligned
          ? ` They come from ${plural(seeds, summary.unitName)}; intervals and tests treat the pairs of each as one unit.`
          : ''}
        {withoutUnit > 0
          ? ` ${plural(withoutUnit, 'pair')} left out: a row has no ${summary.unitName}.`
          : ''}
        {unmatched > 0
          ? ` ${plural(unmatched, 'row')} left out: the other side has fewer rows of their seed.`
          : ''}
      </Text>
      {off.map((set) => (
        <Notice key={set.key}>
          {set.label}: {reasons[set.state]}.
          {isMixed && set.state === 'not_aligned' ? (
            <>
              {' '}
              <LinkButton onClick={() => onSet(set.key)}>Compare {set.label} unpaired</LinkButton>
            </>
          ) : null}
        </Notice>
      ))}
    </>
  )
}
