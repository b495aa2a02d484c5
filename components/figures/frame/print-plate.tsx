'use client'

import { useId, useMemo } from 'react'
import { captionLines } from '@/lib/contracts/figure-record'
import { PAGE_MM, type PictureChoices } from '@/lib/contracts/picture'
import type { FigureResult } from '@/lib/figures/types'
import classes from '../figures.module.css'
import { FigureProvider, InteractionStore } from '../interaction'
import { FIGURE_VARIABLES, GREY_VARIABLES } from '../palette'
import { conflictText } from './facts'
import { layoutWidth, plateWidth } from './export-choices'
import { FigureBody, FigureNotes } from './figure-body'

interface PrintPlateProps {
  result: FigureResult
  choices: PictureChoices
  /** Receives the element that is laid out; null when it goes. */
  plate(element: HTMLDivElement | null): void
}

/** A figure as it is printed: laid out at its own width, in light colours, outside of what the page shows. */
export function PrintPlate({ result, choices, plate }: PrintPlateProps) {
  const id = useId().replaceAll(/\W/g, '')
  const { grey, fontPt } = choices
  const figure = useMemo(
    () => ({
      store: new InteractionStore(),
      idPrefix: `print${id}`,
      onSelect: null,
      patterns: grey,
      // A page is measured as a picture of that width would be.
      pageHeight: layoutWidth({ widthMm: PAGE_MM, fontPt }),
    }),
    [id, grey, fontPt],
  )
  return (
    <div className={classes.offstage} aria-hidden inert>
      <div
        ref={plate}
        className={`${classes.plate} ${classes.print}`}
        style={{
          ...FIGURE_VARIABLES,
          ...(grey ? GREY_VARIABLES : {}),
          colorScheme: 'light',
          width: plateWidth(choices),
        }}
      >
        <FigureProvider value={figure}>
          {choices.title ? (
            <>
              <p className={classes.title} data-figure-text>
                {result.figure.title}
              </p>
              <p data-figure-text>{result.reading}</p>
            </>
          ) : null}
          {result.prepared.conflicts.map((conflict) => (
            <p key={conflict.column} data-figure-text>
              {conflictText(conflict)}
            </p>
          ))}
          <FigureBody result={result} />
          <FigureNotes notes={result.prepared.notes} />
          {choices.caption
            ? captionLines(result).map((line) => (
                <p key={line} data-figure-text>
                  {line}
                </p>
              ))
            : null}
        </FigureProvider>
      </div>
    </div>
  )
}
