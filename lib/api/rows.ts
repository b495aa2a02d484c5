import { z } from 'zod'
import { rowFilterSchema, rowSortSchema } from '@/lib/contracts/filter'
import { columnIdSchema } from '@/lib/contracts/column-filter'
import { descriptionSchema } from '@/lib/contracts/description'
import { conditionCountSchema, facetsSchema } from '@/lib/contracts/facets'
import { repeatsAtomSchema, typedTextSchema } from '@/lib/contracts/find'
import { jobSchema } from '@/lib/contracts/job'
import { LIMITS, namesSchema } from '@/lib/contracts/limits'
import {
  columnHistogramSchema,
  MAX_PAGE_ROWS,
  nearbyRowsSchema,
  rowDetailSchema,
  rowPageSchema,
} from '@/lib/contracts/rows'
import { columnInfoSchema } from '@/lib/contracts/study'
import { get, post } from './endpoint'
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

const EXAMPLE_STATE = {
  filter: {
    rounds: [3],
    ranges: [{ column: 'instruction_words.with_input', min: 10, max: 60 }],
  },
  sort: { column: 'instruction_words.with_input', descending: true },
  columns: ['instruction_words.with_input'],
}

export const listRowsEndpoint = get('/studies/[studyId]/rows', {
  summary: 'Lists the rows that pass a filter, one page at a time.',
  query: z.object({
    state: viewState,
    offset: integerParam({}).prefault(0),
    limit: integerParam({ min: 1, max: MAX_PAGE_ROWS }).prefault(100),
  }),
  example: { query: { state: EXAMPLE_STATE, limit: 20 } },
  reply: rowPageSchema,
})

export const rowDetailEndpoint = get('/studies/[studyId]/rows/[cellId]/[idx]', {
  summary: 'Returns one row with its lineage, values and notes.',
  params: z.object({ studyId: z.string(), cellId: z.string(), idx: integerParam({}) }),
  /** Of its filter what searches texts is marked in those of the row. */
  query: z.object({ state: viewState }),
  reply: rowDetailSchema,
})

export const checkRegexEndpoint = get('/regex', {
  summary: 'Says whether a regular expression can be run, and where it is wrong.',
  query: z.object({
    pattern: z.string().max(LIMITS.search),
    ignoreCase: flagParam().default(false),
  }),
  reply: z.object({ error: z.object({ message: z.string(), at: z.number() }).nullable() }),
})

export const searchProgressEndpoint = get('/search-progress', {
  summary:
    'Says how many rows the search that reads texts now has read, of how many; null while none does. A search stops when its request is broken off.',
  reply: z.object({ search: z.object({ done: z.number(), total: z.number() }).nullable() }),
})

export const embedTextEndpoint = post('/studies/[studyId]/embedded-texts', {
  summary:
    'Starts the job that embeds a text by the model that embedded the rows, so that the condition "similar" can compare rows with it; no job where that was done before.',
  body: z.object({ text: typedTextSchema }),
  example: { body: { text: 'Explain why the sky is blue.' } },
  reply: z.object({ job: jobSchema.nullable() }),
})

export const repeatsEndpoint = get('/studies/[studyId]/repeats', {
  summary:
    'Counts groups of copies and the rows in them, inside of each file or across files: exact ones, and at several likenesses those near in meaning (inside of files only) or in wording.',
  query: z.object({
    of: repeatsAtomSchema.shape.of.default('near'),
    /** Copies over all files together, not inside of each. */
    across: z.literal('study').exactOptional(),
  }),
  reply: z.array(
    z.object({
      likeness: z.number(),
      groups: z.number(),
      members: z.number(),
      rows: z.number(),
    }),
  ),
})

export const nearbyRowsEndpoint = get('/studies/[studyId]/rows/[cellId]/[idx]/nearby', {
  summary: 'Returns the rows with the same instruction, and the nearest neighbours of a row.',
  params: rowDetailEndpoint.params,
  reply: nearbyRowsSchema,
})

export const histogramEndpoint = get('/studies/[studyId]/histogram', {
  summary: 'Counts the values of one column over the rows that pass a filter.',
  query: z.object({ column: columnIdSchema, state: viewState }),
  example: { query: { state: { filter: { rounds: [3] } } } },
  reply: columnHistogramSchema,
})

/** Columns counted in one request: the headers of a table that shows all columns of a rich study. */
const MAX_COUNTED = 500

export const facetsEndpoint = get('/studies/[studyId]/facets', {
  summary:
    'Counts what a filter leaves to choose from, each part under the others, with histograms and the first rows if asked.',
  query: z.object({
    state: viewState,
    counted: jsonParam('counted', z.array(columnIdSchema).max(MAX_COUNTED), '[]'),
    limit: integerParam({ max: MAX_PAGE_ROWS }).prefault(0),
  }),
  reply: facetsSchema,
})

export const conditionCountsEndpoint = get('/studies/[studyId]/facets/conditions', {
  summary:
    'Counts for each condition of a filter the rows that it keeps by itself, and those that the filter would keep without it.',
  query: z.object({ state: viewState }),
  reply: z.array(conditionCountSchema),
})

export const describeEndpoint = get('/studies/[studyId]/describe', {
  summary:
    'Returns which columns and words differ most between the rows that a filter keeps and the rest, by effect size.',
  query: z.object({
    state: viewState,
    /** null: every column with values. */
    columns: jsonParam('columns', z.array(columnIdSchema).max(MAX_COUNTED).nullable(), 'null'),
  }),
  reply: descriptionSchema,
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
