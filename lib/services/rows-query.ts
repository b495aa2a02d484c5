import { z } from 'zod'
import { rowFilterSchema, rowSortSchema } from '@/lib/contracts/filter'

/** What a page may leave out of the state that it sends. */
const partialState = z.object({
  filter: rowFilterSchema.prefault({}),
  sort: rowSortSchema.prefault({}),
  columns: z.array(z.string()).default([]),
})

/** Parses `state=<JSON of a view state>` of an address; parts that are left out mean "all rows, file order, no column". */
export const viewStateParameter = z
  .string()
  .default('{}')
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue({ code: 'custom', message: 'state is not valid JSON' })
      return z.NEVER
    }
  })
  .pipe(partialState)
