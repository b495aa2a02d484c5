'use client'

import { Box, Drawer, Text } from '@mantine/core'
import { Facts } from '@/components/ui/facts'
import { columnName } from '@/components/shell/column-name'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import { ColumnFigures } from '@/components/views/figures/column-figures'
import { RunCard } from '@/components/views/overview/run-card'
import classes from '@/components/views/overview/run-card.module.css'

const DIRECTION = { higher: 'Higher: ', lower: 'Lower: ', none: '' }

function nameOf(column: ColumnInfo): string {
  return column.label === column.shortLabel ? columnName(column) : column.label
}

/** Definition of a column and the details of the run that filled it. */
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
        ['Range', column.range ? `${column.range[0]} to ${column.range[1]}` : 'unbounded'],
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
      title={column ? `Run details: ${nameOf(column)}` : ''}
    >
      {column ? (
        <div className={classes.card}>
          <Text mb="md">{column.description}</Text>
          <ColumnFigures studyId={detail.study.id} column={column} />
          <Facts facts={facts} />
          {run ? (
            <Box mt="lg">
              <RunCard run={run} />
            </Box>
          ) : (
            <Text mt="md" c="dimmed">
              Computed from the texts alone: there is no run and no model.
            </Text>
          )}
        </div>
      ) : null}
    </Drawer>
  )
}
