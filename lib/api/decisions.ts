import { z } from 'zod'
import { decisionEntrySchema, decisionInputSchema, logQuerySchema } from '@/lib/contracts/decisions'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { nameSchema } from '@/lib/contracts/limits'
import { get, post, remove } from './endpoint'
import { integerParam } from './params'

// Chosen one by one, what a person can pick; more rows than this are named by a filter.
const MAX_ROWS = 10_000
// A page of the log: several screens.
const MAX_ENTRIES = 200

const markedRow = z.object({ cellId: nameSchema, idx: z.number().int().min(0) })

const ofEntry = z.object({ studyId: z.string(), no: integerParam({}) })

export const listDecisionsEndpoint = get('/studies/[studyId]/annotations', {
  summary: 'Returns the log of decisions on rows, newest first, undone ones included.',
  query: logQuerySchema.extend({
    offset: integerParam({}).prefault(0),
    limit: integerParam({ min: 1, max: MAX_ENTRIES }).prefault(MAX_ENTRIES),
  }),
  reply: z.object({
    entries: z.array(decisionEntrySchema),
    /** Entries that the query leaves. */
    total: z.number(),
    /** Everybody who is in the log. */
    authors: z.array(z.string()),
    /** Every tag that was ever given. */
    tags: z.array(z.string()),
    /** Entries that the next undo takes back and the next redo brings back. */
    undo: z.number().nullable(),
    redo: z.number().nullable(),
  }),
})

export const decisionsCsvEndpoint = get('/studies/[studyId]/annotations/csv', {
  summary: 'Returns the log of decisions as CSV.',
  query: logQuerySchema,
  streams: 'text/csv',
})

export const annotateEndpoint = post('/studies/[studyId]/annotations', {
  summary: 'Adds one decision on rows chosen one by one, or on all rows that pass a filter.',
  body: z.union([
    decisionInputSchema.extend({ rows: z.array(markedRow).min(1).max(MAX_ROWS) }),
    decisionInputSchema.extend({ filter: rowFilterSchema }),
    decisionInputSchema.extend(markedRow.shape).transform(({ cellId, idx, ...rest }) => ({
      ...rest,
      rows: [{ cellId, idx }],
    })),
  ]),
  /** Number of the log entry, null where there was nothing to change, and how many rows it is on. */
  reply: z.object({ no: z.number().nullable(), rows: z.number() }),
})

export const undoAnnotationEndpoint = remove('/studies/[studyId]/annotations/[no]', {
  summary: 'Undoes one decision by the number of its log entry.',
  params: ofEntry,
})

export const redoAnnotationEndpoint = post('/studies/[studyId]/annotations/[no]/redo', {
  summary: 'Lets an undone decision stand again.',
  params: ofEntry,
})
