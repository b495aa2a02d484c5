'use client'

import { Button } from '@mantine/core'
import Link from 'next/link'
import type { FigureListItem } from '@/lib/contracts/figure'
import type { StudyDetail } from '@/lib/contracts/study'
import classes from './figures.module.css'

/** Which dialog of the overview computes what a figure draws. */
export function dialogOf(figure: Pick<FigureListItem, 'options'>): 'measure' | 'compute' {
  return figure.options.some((field) => field.setMeasures) ? 'measure' : 'compute'
}

interface FigureEntryProps {
  figure: FigureListItem
  detail: StudyDetail
  onShow(): void
}

/** A figure that is not shown: its title, one line, and what opens it. Nothing is loaded for it. */
export function FigureEntry({ figure, detail, onShow }: FigureEntryProps) {
  const names = figure.needs.map(
    (id) => detail.columns.find((column) => column.fromMetric === id)?.group ?? id,
  )
  return (
    <li id={`figure-${figure.id}`} className={classes.entry}>
      <div className={classes.entryText}>
        <h3 className={classes.entryTitle}>{figure.title}</h3>
        <p className={classes.entryLine} title={figure.description}>
          {figure.available || names.length === 0
            ? figure.description
            : `Needs ${names.join(', ')}, which has no values yet.`}
        </p>
      </div>
      {figure.available ? null : (
        <Button
          component={Link}
          size="compact-xs"
          variant="default"
          href={`/studies/${detail.study.id}?do=${dialogOf(figure)}`}
        >
          Compute
        </Button>
      )}
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Show ${figure.title}`}
        onClick={onShow}
      >
        Show
      </Button>
    </li>
  )
}
