import { z } from 'zod'
import { texts } from './fields'

/** Counts of one figure by where its rows are on the brushed axis; lib/figures/shared/tiles.ts reads them. */
const tileSchema = z.object({
  ...texts('figureId', 'packed'),
  groups: z.array(z.string()),
  perGroup: z.number(),
  edges: z.array(z.number()),
  hasSums: z.boolean(),
})

/** What a brush of one figure needs to redraw the others without the server. */
export const brushTilesSchema = z.object({
  column: z.string(),
  /** Of the brushed axis, as filters have them. */
  edges: z.array(z.number()),
  /** Places on it that have rows, ascending, and how many. */
  places: z.array(z.number()),
  rows: z.array(z.number()),
  /** Rows of the page without the range on this column. */
  total: z.number(),
  tiles: z.array(tileSchema),
  /** Figures of rows that cannot be redrawn from counts: they follow when the range is released. */
  later: z.array(z.string()),
})
export type BrushTiles = z.infer<typeof brushTilesSchema>
