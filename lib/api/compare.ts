import { z } from 'zod'
import {
  compareIntervalsSchema,
  compareStateSchema,
  compareSummarySchema,
} from '@/lib/contracts/compare'
import { comparePageSchema, comparePairSchema, MAX_PAIRS } from '@/lib/contracts/compare-pairs'
import { nameSchema } from '@/lib/contracts/limits'
import { get } from './endpoint'
import { integerParam, jsonParam } from './params'

const state = jsonParam('state', compareStateSchema)

const example = {
  query: {
    state: {
      a: { arm: 'large', round: 3 },
      b: { arm: 'small', round: 3 },
      columns: ['instruction_words.with_input'],
    },
  },
}

/** Parts of a comparison, by the name under which a caller asks for them. */
const COMPARE_PARTS = {
  summary: compareSummarySchema,
  intervals: compareIntervalsSchema,
  rows: comparePageSchema,
  all: compareIntervalsSchema.extend({ summary: compareSummarySchema, page: comparePageSchema }),
} as const

/** What comes back for a part. */
export type ComparePart<Part extends keyof typeof COMPARE_PARTS> = z.output<
  (typeof COMPARE_PARTS)[Part]
>

export const compareEndpoint = get('/studies/[studyId]/compare', {
  summary: 'Compares two sides of a study; a page asks for the parts apart.',
  query: z.object({
    state,
    part: z
      .enum(['summary', 'intervals', 'rows', 'all'])
      .default('all')
      .describe('`intervals` takes longest.'),
    offset: integerParam({}).prefault(0),
    limit: integerParam({ min: 1, max: MAX_PAIRS }).prefault(50),
  }),
  example,
  // The fullest shape first: the first one that fits is taken.
  reply: z.union([
    COMPARE_PARTS.all,
    COMPARE_PARTS.summary,
    COMPARE_PARTS.rows,
    COMPARE_PARTS.intervals,
  ]),
})

export const comparePairEndpoint = get('/studies/[studyId]/compare/pair', {
  summary: 'Returns the whole texts of the pair at one seed.',
  query: z.object({
    state,
    seedSet: nameSchema,
    slot: integerParam({}),
    copy: integerParam({}).prefault(0),
  }),
  example,
  reply: comparePairSchema.pick({
    seedSetKey: true,
    slot: true,
    copy: true,
    seed: true,
    a: true,
    b: true,
  }),
})

/** Ways in which the table of a comparison is written. */
export const COMPARE_TABLE_FORMATS = ['csv', 'latex', 'markdown'] as const

export const compareTableEndpoint = get('/studies/[studyId]/compare/table', {
  summary: 'Returns the summary of a comparison with its intervals as a table to download.',
  query: z.object({ state, format: z.enum(COMPARE_TABLE_FORMATS).default('csv') }),
  example,
  streams: 'text/plain',
})
