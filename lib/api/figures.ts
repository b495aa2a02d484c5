import { z } from 'zod'
import { figureListItemSchema, figureResultSchema } from '@/lib/contracts/figure'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { brushTilesSchema } from '@/lib/contracts/tiles'
import { get } from './endpoint'
import { jsonParam } from './params'

/** What is left out has its default. */
const figureQuery = z.object({
  options: jsonParam('options', z.unknown(), '{}'),
  filter: jsonParam('filter', rowFilterSchema, '{}'),
})

/** Lists the figures that can be drawn of a study, with their options. */
export const listFiguresEndpoint = get('/studies/[studyId]/figures', {
  reply: z.array(figureListItemSchema),
})

/** Returns one figure under options and a filter: what is drawn, its table and its runs. */
export const figureEndpoint = get('/studies/[studyId]/figures/[figureId]', {
  query: figureQuery,
  reply: figureResultSchema,
})

/** Figures in one request of a brush: more do not fit a window. */
const MOST_TARGETS = 40

/**
 * Returns counts of other figures by where their rows are on the axis of this one, for redrawing them while a range is
 * marked.
 */
export const brushEndpoint = get('/studies/[studyId]/figures/[figureId]/brush', {
  query: figureQuery.extend({
    targets: jsonParam(
      'targets',
      z.array(z.object({ figureId: z.string(), options: z.unknown() })).max(MOST_TARGETS),
    ),
  }),
  reply: brushTilesSchema,
})

/** Returns the drawn bins or curves of a figure as CSV, where its table only sums them up. */
export const drawnValuesEndpoint = get('/studies/[studyId]/figures/[figureId]/drawn', {
  query: figureQuery,
  streams: 'text/csv',
})
