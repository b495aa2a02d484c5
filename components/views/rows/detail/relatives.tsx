'use client'

import { Anchor, UnstyledButton } from '@mantine/core'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { ArmMark } from '@/components/figures/arm-mark'
import { useNearbyRows } from '@/components/hooks/use-rows'
import { formatShare, formatValue } from '@/lib/contracts/format'
import type { RowDetail, RowRef } from '@/lib/contracts/rows'
import type { StudyDetail } from '@/lib/contracts/study'
import classes from './detail.module.css'
import { placeOf } from '../table/row-cell'

interface RelativeProps {
  row: RowRef
  detail: StudyDetail
  isCurrent?: boolean
  onOpen(row: RowRef): void
}

function Relative({ row, detail, isCurrent = false, onOpen }: RelativeProps) {
  const { arm, colorIndex } = placeOf(detail, row)
  const doubt =
    row.confidence !== null && row.confidence < 1 ? `, ${formatShare(row.confidence)} sure` : ''
  return (
    <UnstyledButton
      className={classes.relative}
      disabled={isCurrent}
      onClick={() => onOpen(row)}
      aria-current={isCurrent ? 'true' : undefined}
    >
      <span className={classes.sub}>
        <ArmMark colorIndex={colorIndex} /> {arm}, round {row.round}, row {row.idx}
        {row.operator ? `: ${row.operator}` : ''}
        {doubt}
      </span>
      <span className={classes.clip} dir="auto">
        {row.instruction.slice(0, 400)}
      </span>
    </UnstyledButton>
  )
}

function List({
  title,
  rows,
  ...rest
}: { title: string; rows: RowRef[] } & Omit<RelativeProps, 'row'>) {
  if (rows.length === 0) return null
  return (
    <section className={classes.section}>
      <h3 className={classes.sectionTitle}>{title}</h3>
      {rows.map((row) => (
        <Relative key={`${row.cellId}.${row.idx}`} row={row} {...rest} />
      ))}
    </section>
  )
}

interface RelativesProps {
  data: RowDetail
  detail: StudyDetail
  onOpen(row: RowRef): void
}

/** Rows with the same instruction and the nearest ones, which are looked for once the row is shown. */
function Nearby({ data, detail, onOpen }: RelativesProps) {
  const { data: found, error } = useNearbyRows(detail.study.id, data.row)
  if (error) {
    return <p className={classes.sub}>Duplicates could not be looked for: {error.message}</p>
  }
  if (!found) return <p className={classes.sub}>Looking for duplicates and neighbours.</p>
  const { duplicates, moreDuplicates, nearest, distance, nearestTo } = found
  const more = moreDuplicates > 0 ? `, the first of ${duplicates.length + moreDuplicates}` : ''
  const far = distance === null ? '' : `, distance ${formatValue(distance)}`
  const rest = { detail, onOpen }
  return (
    <>
      <List title={`Same instruction${more}`} rows={duplicates} {...rest} />
      {nearest ? <List title={`Nearest row of the file${far}`} rows={[nearest]} {...rest} /> : null}
      <List title="Rows to which this one is the nearest" rows={nearestTo} {...rest} />
      {duplicates.length === 0 ? (
        <p className={classes.sub}>No other row of the study has the same instruction.</p>
      ) : null}
    </>
  )
}

function lineageHref(studyId: string, { cellId, idx }: Pick<RowRef, 'cellId' | 'idx'>): string {
  return `/studies/${studyId}/lineage?open=true&row=${encodeURIComponent(`${cellId}.${idx}`)}`
}

/** The rows from the seed to this one, its children, and rows of the same seed and round. */
export function Relatives({ data, detail, onOpen }: RelativesProps) {
  const { row, lineage, children, siblings } = data
  const isInGrid = usePathname().endsWith('/lineage')
  return (
    <>
      <section className={classes.section}>
        <h3 className={classes.sectionTitle}>Lineage</h3>
        {lineage.length > 1 ? (
          <ol className={classes.chain}>
            {lineage.map((one) => {
              const isCurrent = one.cellId === row.cellId && one.idx === row.idx
              return (
                <li
                  key={`${one.cellId}.${one.idx}`}
                  {...(isCurrent ? { 'data-current': true } : {})}
                >
                  <Relative row={one} detail={detail} isCurrent={isCurrent} onOpen={onOpen} />
                </li>
              )
            })}
          </ol>
        ) : (
          <p className={classes.sub}>
            {row.armKey === null ? 'This is a seed.' : 'No parent is known for this row.'}
          </p>
        )}
      </section>
      {isInGrid ? null : (
        <p className={classes.sub}>
          <Anchor component={Link} size="sm" href={lineageHref(detail.study.id, row)}>
            Show in the lineage grid
          </Anchor>
        </p>
      )}
      <List title="Children" rows={children} detail={detail} onOpen={onOpen} />
      <List
        title="Same seed, other evolvers and rounds"
        rows={siblings}
        detail={detail}
        onOpen={onOpen}
      />
      <Nearby data={data} detail={detail} onOpen={onOpen} />
    </>
  )
}
