import { DEFAULT_CHOICES, pictureChoicesSchema, type PictureChoices } from '@/lib/contracts/picture'
import { marginOf } from './export-svg'

// Every text of a printed figure has this size in the layout (.print in figures.module.css).
const LAYOUT_TEXT_PX = 11
const PX_PER_MM = 96 / 25.4
const PX_PER_PT = 96 / 72

/** Choices that were remembered, with defaults for what is missing or out of range. */
export function readChoices(stored: unknown): PictureChoices {
  const given = new Map(typeof stored === 'object' && stored !== null ? Object.entries(stored) : [])
  const kept = Object.entries(pictureChoicesSchema.shape).flatMap(([name, field]) => {
    const parsed = field.safeParse(given.get(name))
    return parsed.success ? [[name, parsed.data]] : []
  })
  return { ...DEFAULT_CHOICES, ...(Object.fromEntries(kept) as Partial<PictureChoices>) }
}

/**
 * Pixels over which a figure is laid out so that it is `widthMm` wide on paper and its text `fontPt` high: the picture is
 * laid out anew for each width and size, and only its unit is changed on the way to paper.
 */
export function layoutWidth({
  widthMm,
  fontPt,
}: Pick<PictureChoices, 'widthMm' | 'fontPt'>): number {
  return (widthMm * PX_PER_MM * LAYOUT_TEXT_PX) / (fontPt * PX_PER_PT)
}

/** Pixels that the figure itself has of that width. */
export function plateWidth(choices: PictureChoices): number {
  return layoutWidth(choices) - 2 * marginOf(choices)
}
