import { formatCount, plural } from '@/lib/contracts/format'
import { Disclosure } from '@/components/ui/link-button'
import { Notice } from '@/components/ui/states'
import { placeOf } from '@/components/views/rows/table/row-cell'
import type { LineageGap } from '@/lib/contracts/lineage'
import type { StudyDetail } from '@/lib/contracts/study'
import classes from './lineage.module.css'

/** Files whose lineage is broken: rows without a seed, seeds with several rows, and why. */
export function LineageGaps({
  gaps,
  detail,
}: {
  gaps: readonly LineageGap[]
  detail: StudyDetail
}) {
  if (gaps.length === 0) return null
  const unlinked = gaps.reduce((sum, gap) => sum + gap.unlinked, 0)
  const repeated = gaps.reduce((sum, gap) => sum + gap.repeated, 0)
  const parts = [
    ...(unlinked > 0 ? [`${plural(unlinked, 'row')} without a seed, listed after the seeds`] : []),
    ...(repeated > 0 ? [`${plural(repeated, 'seed')} with several rows in one file`] : []),
  ]
  return (
    <div className={classes.gaps}>
      <Notice>
        The lineage is not complete: {parts.join('; ')}. The alignment of a file is changed in the
        overview.
        <Disclosure show={`Show ${plural(gaps.length, 'file')}`} hide="Hide the files">
          <ul>
            {gaps.map((gap) => {
              const { seedSet, arm } = placeOf(detail, gap)
              return (
                <li key={gap.cellId}>
                  {seedSet}, {arm}, round {gap.round}:{' '}
                  {gap.unlinked > 0
                    ? `${formatCount(gap.unlinked)} of ${plural(gap.rows, 'row')} without a seed`
                    : ''}
                  {gap.unlinked > 0 && gap.repeated > 0 ? '; ' : ''}
                  {gap.repeated > 0 ? `${plural(gap.repeated, 'seed')} with several rows` : ''}
                  {gap.reason === null ? '' : ` (${gap.reason})`}
                </li>
              )
            })}
          </ul>
        </Disclosure>
      </Notice>
    </div>
  )
}
