/** What a picture is to look like; remembered from one export to the next. */
export interface ExportChoices {
  format: 'svg' | 'png' | 'pdf'
  /** Pixels of a PNG for one of 96 an inch. */
  scale: 2 | 4
  transparent: boolean
  widthMm: number
  fontPt: number
  /** Series told apart without colour. */
  grey: boolean
  title: boolean
  caption: boolean
}

export const DEFAULT_CHOICES: ExportChoices = {
  format: 'pdf',
  scale: 4,
  transparent: false,
  widthMm: 174,
  fontPt: 8,
  grey: false,
  title: false,
  caption: false,
}

// Height that A4 paper holds between its margins.
export const PAGE_MM = 250

// One column and two of a page in most journals.
export const COLUMN_MM = { single: 85, double: 174 } as const
export const WIDTH_MM = { min: 40, max: 400 } as const
export const FONT_PT = { min: 6, max: 14 } as const

// Every text of a printed figure has this size in the layout (.print in figures.module.css).
const LAYOUT_TEXT_PX = 11
const PX_PER_MM = 96 / 25.4
const PX_PER_PT = 96 / 72

const within = (value: unknown, { min, max }: { min: number; max: number }, otherwise: number) =>
  typeof value === 'number' && value >= min && value <= max ? value : otherwise

/** Choices that were remembered, with defaults for what is missing or out of range. */
export function readChoices(stored: unknown): ExportChoices {
  const given = (typeof stored === 'object' && stored !== null ? stored : {}) as Partial<
    Record<keyof ExportChoices, unknown>
  >
  const flag = (name: 'transparent' | 'grey' | 'title' | 'caption') =>
    typeof given[name] === 'boolean' ? given[name] : DEFAULT_CHOICES[name]
  const { format } = given
  return {
    format: format === 'svg' || format === 'png' || format === 'pdf' ? format : 'pdf',
    scale: given.scale === 2 ? 2 : 4,
    transparent: flag('transparent'),
    widthMm: within(given.widthMm, WIDTH_MM, DEFAULT_CHOICES.widthMm),
    fontPt: within(given.fontPt, FONT_PT, DEFAULT_CHOICES.fontPt),
    grey: flag('grey'),
    title: flag('title'),
    caption: flag('caption'),
  }
}

/**
 * Pixels over which a figure is laid out so that it is `widthMm` wide on paper and its text `fontPt` high: the picture is
 * laid out anew for each width and size, and only its unit is changed on the way to paper.
 */
export function layoutWidth({
  widthMm,
  fontPt,
}: Pick<ExportChoices, 'widthMm' | 'fontPt'>): number {
  return (widthMm * PX_PER_MM * LAYOUT_TEXT_PX) / (fontPt * PX_PER_PT)
}
