import classes from './figures.module.css'
import { armCss, armMarker, markerPath } from './palette'

/** The mark of an evolver, the same on every page and in every figure; seeds are a hollow circle. */
export function ArmMark({ colorIndex, size = 10 }: { colorIndex: number | null; size?: number }) {
  const color = armCss(colorIndex)
  // Inside a box of 10: the widest marker is 1.3 times the radius from the middle.
  const path = markerPath(armMarker(colorIndex), 5, 5, colorIndex === null ? 3.4 : 3.8)
  const paint =
    colorIndex === null ? { fill: 'none', stroke: color, strokeWidth: 1.6 } : { fill: color }
  return (
    <svg width={size} height={size} viewBox="0 0 10 10" className={classes.armMark} aria-hidden>
      <path d={path} {...paint} />
    </svg>
  )
}
