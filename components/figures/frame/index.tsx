'use client'

import { Button, Skeleton } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useEffect, useId, useMemo, useRef, useState, type ReactNode } from 'react'
import type { FigureMeta, FigureResult, FigureSelection } from '@/lib/figures/types'
import { drawingOf } from '@/components/figures'
import { unchosenColumn } from '@/lib/contracts/figure'
import classes from '../figures.module.css'
import { FigureMenu } from './figure-menu'
import { Cards, Conflicts, Coverage } from './facts'
import { FigureBody, FigureNotes } from './figure-body'
import { OptionsForm, type OptionValue } from './options-form'
import { ReadoutLine } from './readout-line'
import { TableView } from './table-view'
import { FigureProvider, InteractionStore } from '../interaction'
import { FIGURE_VARIABLES, GREY_VARIABLES } from '../palette'

export interface FigureFrameProps {
  /** Title and options, known before the data. */
  meta: FigureMeta
  /** null until the data has come. Keep the previous result while options change. */
  result: FigureResult | null
  /** Options of the URL, shown until the result says what it was made with. */
  options?: Record<string, unknown>
  error?: { message: string; onRetry?: () => void } | null
  /** Receives the options that differ from their defaults; belongs into the URL. */
  onOptions(changed: Record<string, OptionValue>): void
  /** Turns a mark or range into a filter of the rows page; absent = marks cannot be opened. */
  onSelect?: (selection: FigureSelection) => void
  /** Opens the details of a run. */
  onCard?: (runId: string) => void
  /** Address of the drawn values as CSV; offered where the figure has any beyond its table. */
  drawnHref?: string | null
  /** What to do when nothing has been computed yet. */
  emptyAction?: ReactNode
  /** Level of the title among the page's headings; 2 by default. */
  headingLevel?: 2 | 3
  /** Without options, table and exports: for overview pages. */
  compact?: boolean
}

const EMPTY = {
  rows: 'No row has a value for this figure yet.',
  results: 'No benchmark result of this study belongs into this figure yet.',
  prompts: 'No run, evolved row or response of this study names a prompt of this choice yet.',
}

/** One figure with everything around it: title, reading, chart, legend, counts, definitions, table and exports. */
export function FigureFrame(props: FigureFrameProps) {
  const { meta, result, error = null, onOptions, onSelect, onCard, compact = false } = props
  const id = useId().replaceAll(/\W/g, '')
  const plate = useRef<HTMLDivElement>(null)
  const [isTable, setTable] = useState(false)
  const store = useMemo(() => new InteractionStore(), [])
  // One choice for all figures: who needs it needs it everywhere.
  const [patterns, setPatterns] = useLocalStorage({
    key: 'evolens-figure-patterns',
    defaultValue: false,
  })
  const figure = useMemo(
    () => ({ store, idPrefix: `figure${id}`, onSelect: onSelect ?? null, patterns }),
    [store, id, onSelect, patterns],
  )
  // A brushed range belongs to the axis it was drawn on.
  useEffect(() => store.set({ range: null, at: null, box: null }), [store, result?.options])
  const drawing = drawingOf(meta.drawing)
  const Heading = `h${props.headingLevel ?? 2}` as const
  const options = result?.options ?? props.options ?? {}
  const title = result?.figure.title ?? meta.title
  const unchosen = unchosenColumn(meta, options)
  const isEmpty = result !== null && result.prepared.counts.every((entry) => entry.valued === 0)

  return (
    <FigureProvider value={figure}>
      <figure
        className={`${classes.frame} ${compact ? classes.compact : ''}`}
        style={FIGURE_VARIABLES}
        aria-labelledby={`${id}-title`}
        aria-describedby={result ? `${id}-text` : undefined}
      >
        <div
          ref={plate}
          className={`${classes.plate} ${patterns ? classes.grey : ''}`}
          style={patterns ? GREY_VARIABLES : undefined}
        >
          <div className={classes.header}>
            <div className={classes.headings}>
              <Heading className={classes.title} id={`${id}-title`} data-figure-text>
                {title}
              </Heading>
              <p className={classes.reading}>
                <span data-figure-text>
                  {result ? result.reading || meta.description : meta.description}
                </span>
              </p>
            </div>
            {compact ? null : (
              <div className={classes.controls}>
                <OptionsForm meta={meta} options={options} onOptions={onOptions} />
                <FigureMenu
                  meta={meta}
                  result={result}
                  plate={plate}
                  isTable={isTable}
                  onTable={setTable}
                  patterns={patterns}
                  onPatterns={setPatterns}
                  drawnHref={meta.hasDrawnValues ? (props.drawnHref ?? null) : null}
                />
              </div>
            )}
          </div>
          {error ? (
            <div className={`${classes.message} ${classes.reserved}`} role="alert">
              <p>{error.message}</p>
              {error.onRetry ? (
                <Button size="xs" onClick={error.onRetry}>
                  Retry
                </Button>
              ) : null}
            </div>
          ) : unchosen ? (
            <div className={`${classes.message} ${classes.short}`}>
              <p>
                {unchosen.choices.length > 0
                  ? `Choose a column to draw: ${unchosen.choices.length} have values.`
                  : 'No column has values yet.'}
              </p>
              {unchosen.choices.length > 0 ? null : props.emptyAction}
            </div>
          ) : result === null ? (
            <Skeleton
              className={`ev-late ${classes.reserved} ${classes.drawn}`}
              role="img"
              aria-label="Loading the figure"
            />
          ) : (
            <>
              <p id={`${id}-text`} className={classes.hiddenText}>
                {result.altText}
              </p>
              <Conflicts
                conflicts={result.prepared.conflicts}
                onMix={(mix) => onOptions({ ...(options as Record<string, OptionValue>), mix })}
              />
              {isEmpty || !drawing ? (
                <div className={`${classes.message} ${classes.short}`}>
                  <p>
                    {drawing
                      ? EMPTY[result.prepared.counted ?? 'rows']
                      : 'This version of the page cannot draw this figure. Reload the page.'}
                  </p>
                  {props.emptyAction}
                </div>
              ) : isTable ? (
                <TableView table={result.table} caption={title} onSelect={onSelect ?? null} />
              ) : (
                <FigureBody result={result} />
              )}
              {isEmpty && !result.prepared.counted ? null : (
                <FigureNotes notes={result.prepared.notes} />
              )}
            </>
          )}
        </div>
        {result && !error && !unchosen && !isEmpty && !isTable && !drawing?.markdown ? (
          <ReadoutLine />
        ) : null}
        {result && !error && !unchosen ? (
          <figcaption className={classes.foot}>
            <Coverage counts={result.prepared.counts} things={result.prepared.counted ?? 'rows'} />
            <Cards cards={result.cards} onCard={onCard ?? null} />
          </figcaption>
        ) : null}
      </figure>
    </FigureProvider>
  )
}
