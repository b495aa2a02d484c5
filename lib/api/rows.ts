import { z } from 'zod'
import { columnIdSchema, rowFilterSchema, rowSortSchema } from '@/lib/contracts/filter'
import { namesSchema } from '@/lib/contracts/limits'
import {
  columnHistogramSchema,
  MAX_PAGE_ROWS,
  rowDetailSchema,
  rowPageSchema,
} from '@/lib/contracts/rows'
import { endpoint } from './endpoint'
import { integerParam, jsonParam } from './params'

/** What a page may leave out of the state that it sends: all rows, file order, no column. */
const viewState = jsonParam(
  'state',
  z.object({
    filter: rowFilterSchema.prefault({}),
    sort: rowSortSchema.prefault({}),
    columns: namesSchema.default([]),
  }),
  '{}',
)

export const listRowsEndpoint = endpoint({
  method: 'GET',
  path: '/studies/[studyId]/rows',
  summary: 'Lists the rows that pass a filter, one page at a time.',
  query: z.object({
    state: viewState,
    offset: integerParam({}).prefault(0),
    limit: integerParam({ min: 1, max: MAX_PAGE_ROWS }).prefault(100),
  }),
  reply: rowPageSchema,
})

export const rowDetailEndpoint = endpoint({
  method: 'GET',
  path: '/studies/[studyId]/rows/[cellId]/[idx]',
  summary: 'Returns one row with its lineage, values and notes.',
  reply: rowDetailSchema,
})

export const histogramEndpoint = endpoint({
  method: 'GET',
  path: '/studies/[studyId]/histogram',
  summary: 'Counts the values of one column over the rows that pass a filter.',
  query: z.object({ column: columnIdSchema, state: viewState }),
  reply: columnHistogramSchema,
})
