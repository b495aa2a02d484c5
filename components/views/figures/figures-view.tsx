'use client'

import { Button, Group } from '@mantine/core'
import { useFigureList } from '@/components/hooks/use-figures'
import { useViewState } from '@/components/hooks/use-view-state'
import { QueryState } from '@/components/ui/states'
import { StudyPage } from '@/components/shell/study-page'
import { FilterButton } from '@/components/views/rows/filter/filter-button'
import { ViewsMenu } from '@/components/views/rows/filter/views-menu'
import { shownMetrics } from '@/components/views/rows/table/row-columns'
import type { FigureListItem } from '@/lib/contracts/figure'
import type { ViewState } from '@/lib/contracts/filter'
import type { StudyDetail } from '@/lib/contracts/study'
import { ArrangedFigures } from './arranged'
import { useLayout } from './use-layout'
import { useBrushSource } from './use-page-brush'

interface GalleryProps {
  detail: StudyDetail
  figures: readonly FigureListItem[]
}

function Gallery({ detail, figures }: GalleryProps) {
  const controls = useViewState()
  const { state, setView } = controls
  const arrangement = useLayout(figures)
  const [, setBrush] = useBrushSource()
  const columns = shownMetrics(detail, state.columns).map(({ id }) => id)
  const view: ViewState = { ...state, columns, figures: arrangement.saved }
  return (
    <>
      <Group gap="xs" justify="flex-end">
        <FilterButton detail={detail} controls={controls} />
        <Button
          variant="default"
          disabled={arrangement.isFirst}
          onClick={() => arrangement.setAll(null)}
        >
          Reset the page
        </Button>
        <ViewsMenu
          studyId={detail.study.id}
          state={view}
          onApply={(saved) => {
            setView(saved)
            // The ranges of the view are its own, not those of a figure's brush.
            void setBrush(null)
            if (saved.figures) arrangement.setAll(saved.figures)
          }}
        />
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
