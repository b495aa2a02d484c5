/** One colour for each theme; both reach 3:1 on their background. */
export interface Tone {
  light: string
  dark: string
}

/** Backgrounds that figures are drawn on. */
export const SURFACE: Tone = { light: '#ffffff', dark: '#1c1f24' }

/** Evolvers: Okabe-Ito blue, vermilion, green, purple, lifted for dark backgrounds. */
export const ARM_TONES: readonly Tone[] = [
  { light: '#0072b2', dark: '#3a9bd9' },
  { light: '#d55e00', dark: '#ec7a26' },
  { light: '#009e73', dark: '#1fb587' },
  { light: '#cc79a7', dark: '#d78db6' },
]

export const SEED_TONE: Tone = { light: '#6b7280', dark: '#9aa1ad' }

/** Five steps of one hue; the step that stands out most from the background is the hardest. */
export const LEVEL_TONES: readonly Tone[] = [
  { light: '#dcd6ee', dark: '#3a3357' },
  { light: '#b8abdc', dark: '#5a4d8a' },
  { light: '#8f7cc4', dark: '#7f6fbb' },
  { light: '#6650a4', dark: '#ab9ddb' },
  { light: '#3f2b78', dark: '#ddd5f5' },
]

/** Outcomes of comparing two answers, apart from evolvers and levels; both reach 4.5:1 under the numbers printed on them. */
export const OUTCOME_TONES: Record<'win' | 'tie' | 'lose', Tone> = {
  win: { light: '#117733', dark: '#5fbb82' },
  tie: { light: '#6b7280', dark: '#9aa1ad' },
  lose: { light: '#882255', dark: '#dc8fb4' },
}

export const STATUS_TONES: Record<'ok' | 'warning' | 'error', Tone> = {
  ok: { light: '#1a7f4b', dark: '#58c78d' },
  warning: { light: '#8a5a00', dark: '#e3b45a' },
  error: { light: '#b3261e', dark: '#f28b82' },
}

/** Text, axis lines, grid lines and the colour of marks without a value. */
export const INK: Record<'text' | 'dim' | 'axis' | 'grid' | 'none', Tone> = {
  text: { light: '#1b1e24', dark: '#e7e9ed' },
  dim: { light: '#5a606b', dark: '#a3a9b4' },
  axis: { light: '#8b919c', dark: '#737a86' },
  grid: { light: '#e6e8ec', dark: '#31363f' },
  none: { light: '#7b818c', dark: '#9aa1ad' },
}

/** Marker shapes, the same as everywhere in the interface; seeds are a hollow circle. */
const MARKERS = ['circle', 'square', 'triangle', 'diamond'] as const
export type Marker = (typeof MARKERS)[number]

// A second cycle of four keeps arms apart when there are more arms than colours.
const DASHES = ['', '7 3', '2 2.5', '9 3 2 3', '4 2', '12 3', '1 3', '6 2 1 2']
const TEXTURES = ['solid', 'dots', 'lines', 'grid', 'columns', 'slopes', 'rings', 'checks'] as const
export type Texture = (typeof TEXTURES)[number]

const at = <T>(items: readonly T[], index: number): T => items[index % items.length] as T

/** Returns the CSS colour of a tone; it follows the `color-scheme` of where it is used. */
export function toneCss(tone: Tone): string {
  return `light-dark(${tone.light}, ${tone.dark})`
}

/**
 * CSS variables of a figure. They are set from here and not in a style sheet, because builds rewrite light-dark() there
 * into something that exports cannot switch.
 */
export const FIGURE_VARIABLES = {
  '--figure-text': toneCss(INK.text),
  '--figure-dim': toneCss(INK.dim),
  '--figure-line': toneCss(INK.grid),
  '--figure-surface': toneCss(SURFACE),
  '--figure-warning': toneCss(STATUS_TONES.warning),
  '--figure-focus': toneCss({ light: '#4c57c4', dark: '#8e98f5' }),
} as Record<string, string>

/** Returns the colour of an arm; null is the seeds. */
function armTone(colorIndex: number | null): Tone {
  return colorIndex === null ? SEED_TONE : at(ARM_TONES, colorIndex)
}

// Four greys, each at 3:1 on its background and apart from the next.
const GREY_TONES: readonly Tone[] = [
  { light: '#1f1f1f', dark: '#f5f5f5' },
  { light: '#8e8e8e', dark: '#7d7d7d' },
  { light: '#4f4f4f', dark: '#c4c4c4' },
  { light: '#6e6e6e', dark: '#a0a0a0' },
]

const armName = (colorIndex: number | null) =>
  `--figure-arm-${colorIndex === null ? 'seeds' : colorIndex % ARM_TONES.length}`

/** Returns the CSS colour of an arm; a figure without colours sets the variable it looks at. */
export function armCss(colorIndex: number | null): string {
  return `var(${armName(colorIndex)}, ${toneCss(armTone(colorIndex))})`
}

/** CSS variables of a figure whose series are told apart without colour. */
export const GREY_VARIABLES = {
  ...Object.fromEntries(GREY_TONES.map((tone, i) => [armName(i), toneCss(tone)])),
  '--figure-texture': '1',
} as Record<string, string>

/** Returns the line dash of an arm; '' is a full line. */
export function armDash(colorIndex: number | null): string {
  return colorIndex === null ? '1.5 3' : at(DASHES, colorIndex)
}

export function armMarker(colorIndex: number | null): Marker {
  return colorIndex === null ? 'circle' : at(MARKERS, colorIndex)
}

/** Returns the fill texture of an arm's bars, so that they stay apart in greyscale. */
export function armTexture(colorIndex: number | null): Texture {
  return colorIndex === null ? 'solid' : at(TEXTURES, colorIndex)
}

/** Returns the path of a marker around (x, y); r is half its width. */
export function markerPath(marker: Marker, x: number, y: number, r: number): string {
  if (marker === 'square') return `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}Z`
  if (marker === 'triangle')
    return `M${x} ${y - 1.15 * r}L${x + 1.15 * r} ${y + r}H${x - 1.15 * r}Z`
  if (marker === 'diamond') {
    const d = 1.3 * r
    return `M${x} ${y - d}L${x + d} ${y}L${x} ${y + d}L${x - d} ${y}Z`
  }
  return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`
}

function luminance(hex: string): number {
  const channel = (from: number) => {
    const value = Number.parseInt(hex.slice(from, from + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

/** Returns the WCAG contrast ratio of two `#rrggbb` colours. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const WHITE = '#ffffff'
const BLACK = '#1b1e24'

/** Returns the colour of text that can be read on a tone in both themes. */
export function inkOn(tone: Tone): string {
  const pick = (hex: string) => (contrast(hex, WHITE) >= contrast(hex, BLACK) ? WHITE : BLACK)
  return toneCss({ light: pick(tone.light), dark: pick(tone.dark) })
}
