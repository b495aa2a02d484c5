'use client'

import { Button, Group } from '@mantine/core'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { useIntersection } from '@mantine/hooks'
import { useEffect, useMemo, useState } from 'react'
import { BrushProvider } from '@/components/figures/brush'
import { FigureFrame } from '@/components/figures/frame'
import type { OptionValue } from '@/components/figures/frame/options-form'
import { drawnValuesUrl, useFigure } from '@/components/hooks/use-figures'
import { filterQuery } from '@/components/hooks/use-view-state'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import type { FigureListItem, FigureMeta } from '@/lib/figures/types'
import classes from './figures.module.css'
import { dialogOf } from './figure-entry'
import { withOptions, type FigureOptions } from './layout'
import { filterOf } from './selection'
import type { PageBrush } from './use-page-brush'

// Figures this near to the window are loaded: about one screen ahead.
const NEAR = { rootMargin: '800px 0px' }

interface StudyFigureProps {
  studyId: string
  meta: FigureMeta
  options: Record<string, OptionValue>
  filter: RowFilter
  /** Links the figure with the others of its page. */
  brush?: PageBrush
  isCompact?: boolean
  /** Level of the title among the page's headings; 2 by default. */
  headingLevel?: 2 | 3
  onOptions(options: Record<string, OptionValue>): void
}

/** One figure of a study: fetches it once it is near the window, and opens rows and cards from it. */
export function StudyFigure(props: StudyFigureProps) {
  const { studyId, meta, options, brush, isCompact = false, onOptions } = props
  const filter = brush?.filterOf(meta.id) ?? props.filter
  const router = useRouter()
  const pathname = usePathname()
  const overview = `/studies/${studyId}`
  const { ref: place, entry } = useIntersection<HTMLDivElement>(NEAR)
  const [isNear, setIsNear] = useState(false)
  if (entry?.isIntersecting && !isNear) setIsNear(true)
  const query = useFigure(studyId, meta, options, filter, isNear)
  const { imported } = meta
  const { data, isPlaceholderData } = query
  const drawnOptions = data?.options
  const store = brush?.store
  useEffect(
    () => (drawnOptions ? store?.add(meta.id, drawnOptions) : undefined),
    [store, meta.id, drawnOptions],
  )
  // What a brush drew over the figure goes when the server's own numbers are there.
  useEffect(() => {
    if (data && !isPlaceholderData) store?.settle(meta.id)
  }, [store, meta.id, data, isPlaceholderData])
  const id = `figure-${meta.id}`
  // The list of figures arrives after the browser has looked for the address's fragment.
  useEffect(() => {
    if (window.location.hash === `#${id}`) document.getElementById(id)?.scrollIntoView()
  }, [id])
  const linked = useMemo(() => brush?.of(meta.id) ?? null, [brush, meta.id])
  const failure = query.data === undefined ? query.error : null
  // Results are of all rows that a model was trained on, whatever the page's filter keeps.
  const counted = query.data?.prepared.counted
  const openCard = (runId: string) => {
    const separator = filterQuery(filter) ? '&' : '?'
    const target = `${overview}${filterQuery(filter)}${separator}run=${runId}`
    if (pathname === overview) router.push(target, { scroll: false })
    else router.push(target)
  }

  return (
    <div id={id} ref={place} className={classes.figure}>
      <BrushProvider value={linked}>
        <FigureFrame
          meta={meta}
          result={query.data ?? null}
          options={options}
          error={failure ? { message: failure.message, onRetry: () => void query.refetch() } : null}
          onOptions={onOptions}
          onSelect={(selection) =>
            router.push(
              selection.benchmark === undefined
                ? `/studies/${studyId}/rows${filterQuery(filterOf(selection, counted ? emptyFilter() : filter))}`
                : `/studies/${studyId}/results?benchmark=${encodeURIComponent(selection.benchmark)}`,
            )
          }
          onCard={openCard}
          drawnHref={meta.hasDrawnValues ? drawnValuesUrl(studyId, meta.id, options, filter) : null}
          compact={isCompact}
          headingLevel={props.headingLevel ?? 2}
          emptyAction={
            <Group gap="xs">
              {imported && options[imported.option] !== imported.choice ? (
                <Button
                  variant="default"
                  onClick={() => onOptions({ ...options, [imported.option]: imported.choice })}
                >
                  Show the imported values
                </Button>
              ) : null}
              {counted === 'results' ? (
                <Button
                  component={Link}
                  href={`${overview}/results?do=import-results`}
                  variant="default"
                >
                  Import results
                </Button>
              ) : (
                <Button
                  component={Link}
                  href={`${overview}?do=${dialogOf(meta)}`}
                  variant="default"
                >
                  Compute missing values
                </Button>
              )}
            </Group>
          }
        />
      </BrushProvider>
    </div>
  )
}

interface FigureGridProps extends Pick<StudyFigureProps, 'studyId' | 'filter' | 'isCompact'> {
  figures: readonly FigureListItem[]
  options: FigureOptions
  onOptions(options: FigureOptions): void
}

/** Figures of a study side by side, each with its options. */
export function FigureGrid({ figures, options, onOptions, ...shared }: FigureGridProps) {
  return (
    <div className={classes.grid}>
      {figures.map((figure) => (
        <StudyFigure
          key={figure.id}
          {...shared}
          meta={figure}
          options={options[figure.id] ?? {}}
          onOptions={(changed) => onOptions(withOptions(options, figure.id, changed))}
        />
      ))}
    </div>
  )
}
