import { z } from 'zod'
import { setRunSchema } from '@/lib/contracts/measure'
import { get } from './endpoint'

export const listMeasuresEndpoint = get('/studies/[studyId]/measures', {
  summary:
    'Lists the runs of measures of a set: for each cell the number at equal size with its spread, and that of the whole cell.',
  reply: z.array(setRunSchema),
})

export const measuresCsvEndpoint = get('/studies/[studyId]/measures/csv', {
  summary: 'Returns the same as CSV, one line for each number and cell, with definition and run.',
  streams: 'text/csv',
})
