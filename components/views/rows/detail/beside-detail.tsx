'use client'

import { parseAsString, useQueryState } from 'nuqs'
import type { ReactNode } from 'react'
import type { StudyDetail } from '@/lib/contracts/study'
import classes from '../rows.module.css'
import type { SelectedRow } from '../table/use-row-selection'
import { ColumnCard } from './column-card'
import { RowDetailPanel } from './row-detail-panel'

interface BesideDetailProps {
  study: StudyDetail
  /** What the panel shows, for screen readers. */
  label: string
  /** The open row; null while none is. */
  open: SelectedRow | null
  hasMarkKeys: boolean
  isHidden?: boolean
  /** The list. */
  children: ReactNode
  onStep(direction: 1 | -1): void
  onSelect(row: SelectedRow): void
  onClose(): void
}

/** The column whose card is open, in the URL, and what opens or closes it. */
export function useColumnCard() {
  return useQueryState('card', parseAsString)
}

/** A list with the open row beside it, and the card of a column over both. */
export function BesideDetail(props: BesideDetailProps) {
  const { study, open, label, children, isHidden = false, ...panel } = props
  const [cardId, setCardId] = useColumnCard()
  const card = study.columns.find(({ id }) => id === cardId?.split('@')[0]) ?? null
  return (
    <>
      <div className={`${classes.body} ${open ? classes.withDetail : ''}`} hidden={isHidden}>
        {children}
        {open ? (
          <aside className={classes.detail} aria-label={label} data-own-arrows>
            <RowDetailPanel
              study={study}
              selected={open}
              onCard={(id) => void setCardId(id)}
              {...panel}
            />
          </aside>
        ) : null}
      </div>
      <ColumnCard detail={study} column={card} onClose={() => void setCardId(null)} />
    </>
  )
}
