import { z } from 'zod'
import { setRunSchema } from '@/lib/contracts/measure'
import { get } from './endpoint'

/**
 * Lists the runs of measures of a set: for each cell the number at equal size with its spread, and that of the whole
 * cell.
 */
export const listMeasuresEndpoint = get('/studies/[studyId]/measures', {
  reply: z.array(setRunSchema),
})

/** Returns the same as CSV, one line for each number and cell, with definition and run. */
export const measuresCsvEndpoint = get('/studies/[studyId]/measures/csv', { streams: 'text/csv' })
