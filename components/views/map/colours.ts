import {
  ARM_TONES,
  INK,
  LEVEL_TONES,
  OUTCOME_TONES,
  SEED_TONE,
  type Tone,
} from '@/components/figures/palette'
import { LEFT_OUT, NO_GROUP, type MapColours } from '@/lib/contracts/map'
import type { StudyDetail } from '@/lib/contracts/study'

const KIND_TONES = [...ARM_TONES, OUTCOME_TONES.win, OUTCOME_TONES.lose]

// Without the faintest, which is seen as an area and not as a point.
const STEP_TONES = LEVEL_TONES.slice(1)

// What the filter leaves out stays as a shadow of the whole.
const LEFT_OUT_OPACITY = 0.12

const at = (tones: readonly Tone[], k: number): Tone => tones[k % tones.length] as Tone

function channels(hex: string): [number, number, number] {
  return [1, 3, 5].map((from) => Number.parseInt(hex.slice(from, from + 2), 16)) as [
    number,
    number,
    number,
  ]
}

function between(a: string, b: string, share: number): string {
  const [from, to] = [channels(a), channels(b)]
  const mixed = from.map((value, c) => Math.round(value + ((to[c] as number) - value) * share))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

/** The shade of step k of n: those of difficulty levels, and between them where there are others. */
function stepTone(k: number, n: number): Tone {
  const place = n > 1 ? (k / (n - 1)) * (STEP_TONES.length - 1) : STEP_TONES.length - 1
  const low = Math.min(STEP_TONES.length - 2, Math.floor(place))
  const [a, b] = [at(STEP_TONES, low), at(STEP_TONES, low + 1)]
  return {
    light: between(a.light, b.light, place - low),
    dark: between(a.dark, b.dark, place - low),
  }
}

/** The colour of each group of points; points without a value are as in figures. */
export function groupTones({ palette, groups }: MapColours, arms: StudyDetail['arms']): Tone[] {
  return groups.map(({ armKey }, k) => {
    if (palette === 'steps') return stepTone(k, groups.length)
    if (palette === 'kinds') return KIND_TONES[k] ?? INK.none
    const arm = arms.find(({ key }) => key === armKey)
    return arm ? at(ARM_TONES, arm.colorIndex) : SEED_TONE
  })
}

/** Red, green, blue and opacity of every code that a point may have. */
export function codeColours(tones: readonly Tone[], scheme: 'light' | 'dark'): Uint8Array {
  const colours = new Uint8Array(256 * 4)
  for (let code = 0; code < 256; code += 1) {
    const isOut = code >= LEFT_OUT
    const tone = (isOut ? null : tones[code % LEFT_OUT]) ?? INK.none
    const isNone = code === NO_GROUP
    const opacity = isOut ? LEFT_OUT_OPACITY : isNone ? 0.5 : 1
    colours.set([...channels(tone[scheme]), Math.round(255 * opacity)], 4 * code)
  }
  return colours
}
