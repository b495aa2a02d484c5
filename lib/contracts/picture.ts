import { z } from 'zod'
import type { FigureResult } from './figure'

// Height that A4 paper holds between its margins.
export const PAGE_MM = 250

// One column and two of a page in most journals.
export const COLUMN_MM = { single: 85, double: 174 } as const
export const WIDTH_MM = { min: 40, max: 400 } as const
export const FONT_PT = { min: 6, max: 14 } as const

/** What a picture of a figure is to look like. */
export const pictureChoicesSchema = z.object({
  format: z.enum(['svg', 'png', 'pdf']),
  /** Pixels of a PNG for one of 96 an inch. */
  scale: z.union([z.literal(2), z.literal(4)], 'Choose 2 or 4'),
  transparent: z.boolean(),
  widthMm: z.number().min(WIDTH_MM.min).max(WIDTH_MM.max),
  fontPt: z.number().min(FONT_PT.min).max(FONT_PT.max),
  /** Series told apart without colour. */
  grey: z.boolean(),
  title: z.boolean(),
  caption: z.boolean(),
})

export type PictureChoices = z.output<typeof pictureChoicesSchema>

export const DEFAULT_CHOICES: PictureChoices = {
  format: 'pdf',
  scale: 4,
  transparent: false,
  widthMm: COLUMN_MM.double,
  fontPt: 8,
  grey: false,
  title: false,
  caption: false,
}

export const PICTURE_TYPES = {
  svg: 'image/svg+xml',
  png: 'image/png',
  pdf: 'application/pdf',
} as const satisfies Record<PictureChoices['format'], string>

/** Where the page stands that draws pictures for programs. */
export const PICTURE_PAGE = '/picture'

/** A figure of a study that the picture page is to draw. */
export interface PictureJob {
  studyId: string
  result: FigureResult
  choices: PictureChoices
  /** Address of the page that shows the figure; its place on the figures page without. */
  path?: string
}

/** What the picture page answers: the file in base64 and its height on paper, or why there is none. */
export type PictureAnswer = { file: string; heightMm: number } | { problem: string }

/** A range of a figure's panels, for pictures that would be taller than a page. */
export const panelRangeSchema = z
  .string()
  .regex(/^\d{1,5}-\d{1,5}$/, 'Write the first and the last panel, such as 1-6')

declare global {
  interface Window {
    /** There once the picture page is ready. */
    evolensPicture?: (job: PictureJob) => Promise<PictureAnswer>
  }
}
