import { z } from 'zod'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { namesSchema } from '@/lib/contracts/limits'
import {
  lineagePageSchema,
  lineageSortSchema,
  lineageStorySchema,
  MAX_LINEAGE_SEEDS,
  rowPlaceSchema,
} from '@/lib/contracts/lineage'
import { get } from './endpoint'
import { integerParam, jsonParam } from './params'

export const lineageEndpoint = get('/studies/[studyId]/lineage', {
  summary:
    'Lists seeds with the rows that descend from them, one page at a time: seeds of which a row passes the filter.',
  query: z.object({
    state: jsonParam(
      'state',
      z.object({
        filter: rowFilterSchema.prefault({}),
        sort: lineageSortSchema.prefault({}),
        columns: namesSchema.default([]),
      }),
      '{}',
    ),
    offset: integerParam({}).prefault(0),
    /** A row whose place in the list is wanted. */
    find: jsonParam('find', rowPlaceSchema).optional(),
    limit: integerParam({ min: 1, max: MAX_LINEAGE_SEEDS }).prefault(25),
  }),
  reply: lineagePageSchema,
})

export const lineageStoryEndpoint = get('/studies/[studyId]/lineage/[seedSetKey]/[slot]', {
  summary: 'Returns every row that descends from one seed, with whole texts and values.',
  params: z.object({ studyId: z.string(), seedSetKey: z.string(), slot: integerParam({}) }),
  reply: lineageStorySchema,
})
