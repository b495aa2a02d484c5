import { z } from 'zod'
import { rowFilterSchema, rowSortSchema } from '@/lib/contracts/filter'
import { jsonParameter } from '@/lib/contracts/json-parameter'
import { namesSchema } from '@/lib/contracts/limits'

/** What a page may leave out of the state that it sends. */
const partialState = z.object({
  filter: rowFilterSchema.prefault({}),
  sort: rowSortSchema.prefault({}),
  columns: namesSchema.default([]),
})

/** Parses `state=<JSON of a view state>` of an address; parts that are left out mean "all rows, file order, no column". */
export const viewStateParameter = jsonParameter('state', '{}').pipe(partialState)
