import { z } from 'zod'
import { figureListItemSchema, figureResultSchema } from '@/lib/contracts/figure'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { DEFAULT_CHOICES, panelRangeSchema, pictureChoicesSchema } from '@/lib/contracts/picture'
import { brushTilesSchema } from '@/lib/contracts/tiles'
import { get } from './endpoint'
import { flagParam, jsonParam } from './params'

/** What is left out has its default. */
const figureQuery = z.object({
  options: jsonParam('options', z.unknown(), '{}'),
  filter: jsonParam('filter', rowFilterSchema, '{}'),
})

export const listFiguresEndpoint = get('/studies/[studyId]/figures', {
  summary: 'Lists the figures that can be drawn of a study, with their options.',
  reply: z.array(figureListItemSchema),
})

export const figureEndpoint = get('/studies/[studyId]/figures/[figureId]', {
  summary: 'Returns one figure under options and a filter: what is drawn, its table and its runs.',
  query: figureQuery,
  reply: figureResultSchema,
})

/** Figures in one request of a brush: more do not fit a window. */
const MOST_TARGETS = 40

export const brushEndpoint = get('/studies/[studyId]/figures/[figureId]/brush', {
  summary:
    'Returns counts of other figures by where their rows are on the axis of this one, for redrawing them while a range is marked.',
  query: figureQuery.extend({
    targets: jsonParam(
      'targets',
      z.array(z.object({ figureId: z.string(), options: z.unknown() })).max(MOST_TARGETS),
    ),
  }),
  reply: brushTilesSchema,
})

export const drawnValuesEndpoint = get('/studies/[studyId]/figures/[figureId]/drawn', {
  summary:
    'Returns the drawn bins or curves of a figure as CSV, where its table only sums them up, or all results where not all fit.',
  query: figureQuery,
  streams: 'text/csv',
})

const choice = pictureChoicesSchema.shape

export const pictureEndpoint = get('/studies/[studyId]/figures/[figureId]/picture', {
  summary:
    'Returns a figure as SVG, PDF or PNG, with its run details inside: the file that the export dialog saves.',
  query: figureQuery.extend({
    format: choice.format.default(DEFAULT_CHOICES.format),
    scale: z.coerce.number().pipe(choice.scale).default(DEFAULT_CHOICES.scale),
    widthMm: z.coerce.number().pipe(choice.widthMm).default(DEFAULT_CHOICES.widthMm),
    fontPt: z.coerce.number().pipe(choice.fontPt).default(DEFAULT_CHOICES.fontPt),
    transparent: flagParam().default(DEFAULT_CHOICES.transparent),
    grey: flagParam().default(DEFAULT_CHOICES.grey),
    title: flagParam().default(DEFAULT_CHOICES.title),
    caption: flagParam().default(DEFAULT_CHOICES.caption),
    panels: panelRangeSchema.optional(),
  }),
  streams: 'application/octet-stream',
})
