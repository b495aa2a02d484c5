'use client'

import { UnstyledButton } from '@mantine/core'
import { toneCss, type Tone } from '@/components/figures/palette'
import { formatCount } from '@/lib/contracts/format'
import { NO_GROUP, type MapColours } from '@/lib/contracts/map'
import classes from './map.module.css'

interface LegendProps {
  colours: MapColours
  tones: readonly Tone[]
  none: Tone
  hidden: readonly number[]
  onHidden(hidden: number[]): void
}

/** The groups of the points with their rows; one that is pressed again is hidden. */
export function Legend({ colours, tones, none, hidden, onHidden }: LegendProps) {
  const { groups, none: without } = colours
  const entries = groups.map((group, code) => ({ ...group, code, tone: tones[code] ?? none }))
  if (without.rows > 0)
    entries.push({ label: 'No value', armKey: null, ...without, code: NO_GROUP, tone: none })
  return (
    <section aria-label={`Groups by ${colours.label}`}>
      <h2>{colours.label}</h2>
      {entries.map(({ label, code, tone, rows, kept }) => {
        const isShown = !hidden.includes(code)
        return (
          <UnstyledButton
            key={code}
            className={classes.group}
            aria-pressed={isShown}
            title={`${formatCount(kept)} of ${formatCount(rows)} points pass the filter`}
            onClick={() =>
              onHidden(isShown ? [...hidden, code] : hidden.filter((other) => other !== code))
            }
          >
            <span className={classes.swatch} style={{ background: toneCss(tone) }} />
            <span dir="auto">{label}</span>
            <span className="ev-num ev-dim">
              {kept === rows ? formatCount(rows) : `${formatCount(kept)} of ${formatCount(rows)}`}
            </span>
          </UnstyledButton>
        )
      })}
    </section>
  )
}
