'use client'

import { Anchor, Box, Drawer, Group, Text } from '@mantine/core'
import Link from 'next/link'
import { useFigureList } from '@/components/hooks/use-figures'
import { useViewState } from '@/components/hooks/use-view-state'
import { Facts } from '@/components/ui/facts'
import { columnName } from '@/components/shell/column-name'
import { unchosenColumn } from '@/lib/contracts/figure'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import { figureHref } from '@/components/views/figures/selection'
import { RunCard } from '@/components/views/overview/run-card'
import classes from '@/components/views/overview/run-card.module.css'

const DIRECTION = { higher: 'Higher: ', lower: 'Lower: ', none: '' }

function nameOf(column: ColumnInfo): string {
  return column.label === column.shortLabel ? columnName(column) : column.label
}

/** Links to the figures that draw a column of this kind, under the filter of the page. */
function ColumnFigures({ studyId, column }: { studyId: string; column: ColumnInfo }) {
  const { state } = useViewState()
  const list = useFigureList(studyId)
  return (
    <Group gap="md" mb="md">
      {(list.data ?? []).map((figure) => {
        const field = unchosenColumn(figure, {})
        return field?.columns?.includes(column.shape) ? (
          <Anchor
            key={figure.id}
            component={Link}
            size="sm"
            href={figureHref(studyId, figure.id, { [field.name]: column.id }, state.filter)}
          >
            Draw: {figure.title.toLowerCase()}
          </Anchor>
        ) : null
      })}
    </Group>
  )
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
