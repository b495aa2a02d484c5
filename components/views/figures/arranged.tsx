'use client'

import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef, type DragEvent } from 'react'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import type { FigureListItem } from '@/lib/contracts/figure'
import type { StudyDetail } from '@/lib/contracts/study'
import { FigureEntry } from './figure-entry'
import { DRAGGED, FigureTools } from './figure-tools'
import classes from './figures.module.css'
import {
  columnsFor,
  movedTo,
  neighbour,
  sectionsOf,
  spansOf,
  withChange,
  withOptions,
  withShown,
  type Section,
} from './layout'
import { StudyFigure } from './study-figure'
import type { useLayout } from './use-layout'
import { usePageBrush } from './use-page-brush'

function Contents({ sections }: { sections: readonly Section[] }) {
  return (
    <nav className={classes.toc} aria-label="Questions">
      {sections.map(({ key, title, shown, others }) => (
        <a key={key} href={`#question-${key}`}>
          {title}{' '}
          <span className={classes.tocCount}>
            {others.length === 0
              ? shown.length
              : `${shown.length} of ${shown.length + others.length}`}
          </span>
        </a>
      ))}
    </nav>
  )
}

interface ArrangedProps {
  detail: StudyDetail
  figures: readonly FigureListItem[]
  view: ViewStateControls
  arrangement: ReturnType<typeof useLayout>
}

/** The figures page by question: those that are shown, and a line for each of the others. */
export function ArrangedFigures({ detail, figures, view, arrangement }: ArrangedProps) {
  const { layout, options, setLayout, setOptions } = arrangement
  const { ref, width } = useElementSize()
  const brush = usePageBrush(detail.study.id, view)
  const sections = sectionsOf(figures, layout)
  const columns = columnsFor(width)
  const moved = useRef<string | null>(null)
  // An element that changes its place loses the focus.
  useEffect(() => {
    if (moved.current)
      document.querySelector<HTMLElement>(`[data-move="${moved.current}"]`)?.focus()
    moved.current = null
  }, [layout])

  const move = (id: string, target: string | null) => {
    if (target === null || target === id) return
    moved.current = id
    setLayout(movedTo(layout, id, target))
  }
  const onDrop = (target: string) => (event: DragEvent) => {
    const id = event.dataTransfer.getData(DRAGGED)
    if (!layout.some((one) => one.id === id)) return
    event.preventDefault()
    move(id, target)
  }
  const section = ({ key, title, shown, others }: Section) => {
    const spans = spansOf(
      shown.map(({ placed }) => placed.size),
      columns,
      detail.seedSets.length,
    )
    return (
      <section key={key} id={`question-${key}`} className={classes.question}>
        <h2 className={classes.questionTitle}>{title}</h2>
        <div
          className={classes.arranged}
          style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
        >
          {shown.map(({ placed, figure }, i) => (
            <div
              key={figure.id}
              className={classes.cell}
              style={{ gridColumn: `span ${spans[i] ?? 1}` }}
              onDragOver={(event) => {
                if (event.dataTransfer.types.includes(DRAGGED)) event.preventDefault()
              }}
              onDrop={onDrop(figure.id)}
            >
              <FigureTools
                title={figure.title}
                placed={placed}
                onChange={(change) => setLayout(withChange(layout, figure.id, change))}
                onMove={(step) => move(figure.id, neighbour(sections, figure.id, step))}
              />
              <StudyFigure
                studyId={detail.study.id}
                meta={figure}
                options={options[figure.id] ?? {}}
                filter={view.state.filter}
                brush={brush}
                headingLevel={3}
                onOptions={(changed) => void setOptions(withOptions(options, figure.id, changed))}
              />
            </div>
          ))}
        </div>
        {others.length > 0 ? (
          <ul className={classes.entries}>
            {others.map((figure) => (
              <FigureEntry
                key={figure.id}
                figure={figure}
                detail={detail}
                onShow={() => setLayout(withShown(layout, [figure.id]))}
              />
            ))}
          </ul>
        ) : null}
      </section>
    )
  }
  return (
    <div ref={ref} className={classes.questions}>
      <Contents sections={sections} />
      {width > 0 ? sections.map(section) : null}
    </div>
  )
}
