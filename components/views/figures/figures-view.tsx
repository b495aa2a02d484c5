'use client'

import { Button, Group } from '@mantine/core'
import { useFigureList } from '@/components/hooks/use-figures'
import { useViewState } from '@/components/hooks/use-view-state'
import { QueryState } from '@/components/ui/states'
import { StudyPage } from '@/components/shell/study-page'
import { FilterButton } from '@/components/views/rows/filter/filter-button'
import type { FigureListItem } from '@/lib/contracts/figure'
import type { StudyDetail } from '@/lib/contracts/study'
import { ArrangedFigures } from './arranged'
import { useLayout } from './use-layout'

interface GalleryProps {
  detail: StudyDetail
  figures: readonly FigureListItem[]
}

function Gallery({ detail, figures }: GalleryProps) {
  const controls = useViewState()
  const arrangement = useLayout(figures)
  return (
    <>
      <Group gap="xs" justify="flex-end">
        <FilterButton detail={detail} controls={controls} />
        <Button variant="default" disabled={arrangement.isFirst} onClick={arrangement.reset}>
          Reset the page
        </Button>
      </Group>
      <ArrangedFigures
        detail={detail}
        figures={figures}
        view={controls}
        arrangement={arrangement}
      />
    </>
  )
}

const EMPTY = {
  title: 'Nothing to draw yet',
  text: 'Figures compare evolvers over rounds: difficulty levels, densities of MND, IFD and IC-IFD, first-token probabilities. They need rows and computed metrics.',
}

function Listed({ detail }: { detail: StudyDetail }) {
  const list = useFigureList(detail.study.id)
  return (
    <QueryState query={list} what="The figures could not be listed" lines={2} height={460}>
      {(figures) => <Gallery detail={detail} figures={figures} />}
    </QueryState>
  )
}

/** All figures of a study. */
export function FiguresView({ studyId }: { studyId: string }) {
  return (
    <StudyPage
      studyId={studyId}
      title="Figures"
      description="Drawn from the rows of the current filter. Filter, options and arrangement are in the address: a copied link opens the same page."
      lines={2}
      height={460}
      empty={EMPTY}
    >
      {(detail) => <Listed detail={detail} />}
    </StudyPage>
  )
}
