'use client'

import { Drawer } from '@mantine/core'
import { columnName } from '@/components/shell/column-name'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import { ColumnFigures } from '@/components/views/figures/column-figures'
import { RunCard } from '@/components/views/overview/run-card'
import classes from '@/components/views/overview/run-card.module.css'

const DIRECTION = { higher: 'Higher: ', lower: 'Lower: ', none: '' }

function nameOf(column: ColumnInfo): string {
  return column.label === column.shortLabel ? columnName(column) : column.label
}

/** Definition of a column and the card of the run that filled it. */
export function ColumnCard({
  detail,
  column,
  onClose,
}: {
  detail: StudyDetail
  column: ColumnInfo | null
  onClose(): void
}) {
  const run = detail.runs.find((one) => one.id === column?.runId)
  const facts = column
    ? ([
        ['Formula', column.formula],
        ['Unit', column.unit || 'none'],
        ['Range', column.range ? `${column.range[0]} to ${column.range[1]}` : 'not bounded'],
        [
          'Direction',
          column.direction === 'none'
            ? 'none'
            : DIRECTION[column.direction] + column.directionMeans,
        ],
        ['Source', column.source],
        ['Column', column.id],
      ] as const)
    : []
  return (
    <Drawer
      opened={column !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={column ? `Card: ${nameOf(column)}` : ''}
    >
      {column ? (
        <div className={classes.card}>
          <p style={{ marginTop: 0, fontSize: '0.875rem', lineHeight: 1.5 }}>
            {column.description}
          </p>
          <ColumnFigures studyId={detail.study.id} column={column} />
          <dl className={classes.facts}>
            {facts.map(([name, value]) => (
              <div key={name} className={classes.fact}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {run ? (
            <div style={{ marginTop: 24 }}>
              <RunCard run={run} />
            </div>
          ) : (
            <p className={classes.text} style={{ marginTop: 16 }}>
              Derived from the texts alone: no run, no model.
            </p>
          )}
        </div>
      ) : null}
    </Drawer>
  )
}
