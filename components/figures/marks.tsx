import type { ArmMark } from '@/lib/figures/types'
import {
  armCss,
  armDash,
  armMarker,
  armTexture,
  INK,
  markerPath,
  SURFACE,
  toneCss,
} from './palette'

const SURFACE_CSS = toneCss(SURFACE)
// Textures are quiet beside colours, and full where they are all that tells series apart.
const TEXTURE_OPACITY = 'var(--figure-texture, 0.55)'

/** Returns an id prefix for one panel of a figure that is safe inside url(#...). */
export function panelId(prefix: string, row: string, column: string): string {
  return `${prefix}-${row}-${column}`.replaceAll(/[^\w-]/g, '_')
}

/** Returns the id of an arm's fill pattern inside a chart whose patterns carry this prefix. */
export function patternId(prefix: string, arm: ArmMark, partial: boolean): string {
  const key = arm.colorIndex === null ? 'seeds' : String(arm.colorIndex)
  return `${prefix}-${key}${partial ? '-partial' : ''}`
}

function Texture({ colorIndex }: { colorIndex: number | null }) {
  const texture = armTexture(colorIndex)
  const mark = { stroke: SURFACE_CSS, strokeOpacity: TEXTURE_OPACITY, fill: 'none' }
  if (texture === 'dots')
    return <circle cx="3" cy="3" r="1" fill={SURFACE_CSS} fillOpacity={TEXTURE_OPACITY} />
  if (texture === 'lines') return <path d="M0 3H6" strokeWidth="1.2" {...mark} />
  if (texture === 'grid') return <path d="M0 3H6M3 0V6" strokeWidth="1" {...mark} />
  if (texture === 'columns') return <path d="M3 0V6" strokeWidth="1.2" {...mark} />
  if (texture === 'slopes')
    return <path d="M-1 5L1 7M0 0L6 6M5 -1L7 1" strokeWidth="1.2" {...mark} />
  if (texture === 'rings') return <circle cx="3" cy="3" r="1.8" strokeWidth="1" {...mark} />
  if (texture === 'checks')
    return <path d="M0 0h3v3h-3ZM3 3h3v3h-3Z" fill={SURFACE_CSS} fillOpacity={TEXTURE_OPACITY} />
  return null
}

/** Fill patterns of the arms: colour with a texture, and the same hatched for partial results. */
export function ArmPatterns({ prefix, arms }: { prefix: string; arms: readonly ArmMark[] }) {
  return (
    <defs>
      {arms.flatMap((arm) =>
        [false, true].map((partial) => (
          <pattern
            key={patternId(prefix, arm, partial)}
            id={patternId(prefix, arm, partial)}
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
          >
            <rect width="6" height="6" fill={armCss(arm.colorIndex)} />
            <Texture colorIndex={arm.colorIndex} />
            {partial ? <Hatch color={SURFACE_CSS} /> : null}
          </pattern>
        )),
      )}
      <pattern id={`${prefix}-none`} width="6" height="6" patternUnits="userSpaceOnUse">
        <Hatch color={toneCss(INK.none)} />
      </pattern>
    </defs>
  )
}

function Hatch({ color }: { color: string }) {
  return <path d="M-1 1L1 -1M0 6L6 0M5 7L7 5" stroke={color} strokeWidth="1.6" fill="none" />
}

/** An arm's marker; seeds and published values are hollow. */
export function MarkerShape(props: {
  x: number
  y: number
  colorIndex: number | null
  hollow?: boolean
  r?: number
}) {
  const { x, y, colorIndex, hollow = false, r = 4 } = props
  const color = armCss(colorIndex)
  const open = hollow || colorIndex === null
  return (
    <path
      d={markerPath(armMarker(colorIndex), x, y, r)}
      fill={open ? SURFACE_CSS : color}
      stroke={color}
      strokeWidth={open ? 1.6 : 0.5}
    />
  )
}

/** Legend sample of an arm: a textured bar, or a dashed line with its marker. */
export function Swatch({
  arm,
  kind,
  prefix,
}: {
  arm: ArmMark
  kind: 'bar' | 'line'
  prefix: string
}) {
  const color = armCss(arm.colorIndex)
  return (
    <svg data-figure-mark width={kind === 'bar' ? 14 : 26} height="12" aria-hidden>
      {kind === 'bar' ? (
        <>
          <ArmPatterns prefix={`${prefix}-swatch`} arms={[arm]} />
          <rect
            x="0.5"
            y="0.5"
            width="13"
            height="11"
            fill={`url(#${patternId(`${prefix}-swatch`, arm, false)})`}
            stroke={color}
          />
        </>
      ) : (
        <>
          <path
            d="M0 6H26"
            stroke={color}
            strokeWidth="2"
            strokeDasharray={armDash(arm.colorIndex)}
          />
          <MarkerShape x={13} y={6} colorIndex={arm.colorIndex} r={3.5} />
        </>
      )}
    </svg>
  )
}
