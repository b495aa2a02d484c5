'use client'

import { useFollowsLater } from '../brush'
import classes from '../figures.module.css'
import { useInteraction } from '../interaction'
import { Swatch } from '../marks'

/** What the cursor points at, under the chart: hovering hides no data. Keeps its line when there is nothing. */
export function ReadoutLine() {
  const readout = useInteraction((state) => state.readout)
  const isLater = useFollowsLater()
  return (
    <div className={classes.readout} aria-live="polite">
      {readout ? (
        <>
          <strong>{readout.title}</strong>
          {readout.items.map(({ key, label, colorIndex, text }) => (
            <span key={key} className={classes.readoutItem}>
              <Swatch arm={{ key, label, colorIndex }} kind="line" prefix="readout" />
              {label}: {text}
            </span>
          ))}
        </>
      ) : isLater ? (
        <span>This figure follows when the range is released.</span>
      ) : (
        <span aria-hidden>Point at the chart or use the arrow keys in it to read values.</span>
      )}
    </div>
  )
}
