import { z } from 'zod'
import { rowFilterSchema } from '@/lib/contracts/filter'
import {
  mapColourSchema,
  mapColoursSchema,
  mapInfoSchema,
  mapRequestSchema,
} from '@/lib/contracts/map'
import { jobSchema } from '@/lib/contracts/job'
import { get, post, undoable } from './endpoint'
import { jsonParam } from './params'

const ONE = '/studies/[studyId]/maps/[mapId]'

export const listMapsEndpoint = get('/studies/[studyId]/maps', {
  summary: 'Lists the maps of the embeddings of a study with what each shows, newest first.',
  reply: z.array(mapInfoSchema),
})

export const layOutMapEndpoint = post('/studies/[studyId]/maps', {
  summary:
    'Starts the job that lays a map out; a map that was asked for so before is returned as it is.',
  body: mapRequestSchema,
  example: { body: { sample: 20_000, neighbours: 15, seed: 1 } },
  reply: z.object({ map: mapInfoSchema, job: jobSchema.nullable() }),
})

export const [deleteMapEndpoint, restoreMapEndpoint] = undoable(ONE, 'a map', mapInfoSchema)

export const mapPointsEndpoint = get(`${ONE}/points`, {
  summary:
    "Returns the places of all rows: float32 x and y, little-endian, file by file in the order of the map's cells; not a number where a row has none.",
  streams: 'application/octet-stream',
})

export const mapCsvEndpoint = get(`${ONE}/csv`, {
  summary: 'Returns the places of all rows as CSV.',
  streams: 'text/csv',
})

export const mapColoursEndpoint = get(`${ONE}/colours`, {
  summary:
    'Returns the group of every point by where rows come from or by a column, and which a filter keeps.',
  query: z.object({
    by: mapColourSchema,
    filter: jsonParam('filter', rowFilterSchema, '{}'),
  }),
  reply: mapColoursSchema,
})
