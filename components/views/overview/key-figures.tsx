'use client'

import { Anchor } from '@mantine/core'
import Link from 'next/link'
import { useState } from 'react'
import { useFigureList } from '@/components/hooks/use-figures'
import { filterQuery, useViewState } from '@/components/hooks/use-view-state'
import { Section } from '@/components/ui/page'
import { QueryState } from '@/components/ui/states'
import { unchosenColumn } from '@/lib/contracts/figure'
import type { FigureListItem } from '@/lib/figures/types'
import type { FigureOptions } from '@/components/views/figures/layout'
import { FigureGrid } from '@/components/views/figures/study-figure'

// A first impression that leaves the cells within reach; the registry orders figures by weight.
const SHOWN = 2

/** The first figures that have values without a choice of column, then the others, in the order of the registry. */
function firstOf(figures: readonly FigureListItem[]): FigureListItem[] {
  const drawn = figures.filter((figure) => unchosenColumn(figure, {}) === null)
  return drawn.toSorted((a, b) => Number(b.available) - Number(a.available)).slice(0, SHOWN)
}

/** The first figures of the registry, small; all of them are one click away. */
export function KeyFigures({ studyId }: { studyId: string }) {
  const { state } = useViewState()
  const list = useFigureList(studyId)
  const [options, setOptions] = useState<FigureOptions>({})
  const all = (
    <Anchor
      component={Link}
      size="sm"
      href={`/studies/${studyId}/figures${filterQuery(state.filter)}`}
    >
      All figures with options, tables and exports
    </Anchor>
  )
  return (
    <Section title="Key figures" actions={all}>
      <QueryState query={list} what="The figures could not be listed" lines={2} height={460}>
        {(figures) => (
          <FigureGrid
            studyId={studyId}
            figures={firstOf(figures)}
            filter={state.filter}
            isCompact
            options={options}
            onOptions={setOptions}
          />
        )}
      </QueryState>
    </Section>
  )
}
