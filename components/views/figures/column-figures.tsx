'use client'

import { Anchor, Group } from '@mantine/core'
import Link from 'next/link'
import { useFigureList } from '@/components/hooks/use-figures'
import { useViewState } from '@/components/hooks/use-view-state'
import { unchosenColumn } from '@/lib/contracts/figure'
import type { ColumnInfo } from '@/lib/contracts/study'
import { figureHref } from './selection'

/** Links to the figures that draw a column of this kind, under the filter of the page. */
export function ColumnFigures({ studyId, column }: { studyId: string; column: ColumnInfo }) {
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
