import { z } from 'zod'
import { rowFilterSchema, rowSortSchema } from '@/lib/contracts/filter'
import { columnIdSchema } from '@/lib/contracts/column-filter'
import { namesSchema } from '@/lib/contracts/limits'
import {
  columnHistogramSchema,
  MAX_PAGE_ROWS,
  nearbyRowsSchema,
  rowDetailSchema,
  rowPageSchema,
} from '@/lib/contracts/rows'
import { columnInfoSchema } from '@/lib/contracts/study'
import { get } from './endpoint'
import { flagParam, integerParam, jsonParam } from './params'

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

export const listRowsEndpoint = get('/studies/[studyId]/rows', {
  summary: 'Lists the rows that pass a filter, one page at a time.',
  query: z.object({
    state: viewState,
    offset: integerParam({}).prefault(0),
    limit: integerParam({ min: 1, max: MAX_PAGE_ROWS }).prefault(100),
  }),
  reply: rowPageSchema,
})

export const rowDetailEndpoint = get('/studies/[studyId]/rows/[cellId]/[idx]', {
  summary: 'Returns one row with its lineage, values and notes.',
  params: z.object({ studyId: z.string(), cellId: z.string(), idx: integerParam({}) }),
  reply: rowDetailSchema,
})

export const nearbyRowsEndpoint = get('/studies/[studyId]/rows/[cellId]/[idx]/nearby', {
  summary: 'Returns the rows with the same instruction, and the nearest neighbours of a row.',
  params: rowDetailEndpoint.params,
  reply: nearbyRowsSchema,
})

export const histogramEndpoint = get('/studies/[studyId]/histogram', {
  summary: 'Counts the values of one column over the rows that pass a filter.',
  query: z.object({ column: columnIdSchema, state: viewState }),
  reply: columnHistogramSchema,
})

export const operatorsEndpoint = get('/studies/[studyId]/operators', {
  summary: 'Lists the operators that the rows of a study name.',
  reply: z.array(z.string()),
})

export const columnsEndpoint = get('/studies/[studyId]/columns', {
  summary: 'Lists the metric columns of a study; with `all` those that have no values yet too.',
  query: z.object({ all: flagParam().default(false) }),
  reply: z.object({ columns: z.array(columnInfoSchema) }),
})
