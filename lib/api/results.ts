import { z } from 'zod'
import {
  importedResultsSchema,
  importResultsSchema,
  mappedModelSchema,
  resultComparisonSchema,
  resultListSchema,
  storedResultSchema,
} from '@/lib/contracts/results'
import { get, patch, post, remove } from './endpoint'
import { integerParam } from './params'

/** Lists the benchmark results of a study with their files and models. */
export const listResultsEndpoint = get('/studies/[studyId]/results', { reply: resultListSchema })

/** Imports uploaded result files and a pasted table; files that cannot be read are named. */
export const importResultsEndpoint = post('/studies/[studyId]/results', {
  body: importResultsSchema,
  reply: importedResultsSchema,
})

/** Gives the difference of two results by their numbers, or why there is none; the paper's have numbers below 0. */
export const compareResultsEndpoint = get('/studies/[studyId]/results/compare', {
  query: z.object({
    a: integerParam({ min: Number.MIN_SAFE_INTEGER }),
    b: integerParam({ min: Number.MIN_SAFE_INTEGER }),
  }),
  reply: resultComparisonSchema,
})

/** Returns the benchmark results as CSV, one line each, with file and place. */
export const resultsCsvEndpoint = get('/studies/[studyId]/results/csv', { streams: 'text/csv' })

/** Returns the results that have a value as a zip archive of Every Eval Ever files. */
export const everyEvalEverEndpoint = get('/studies/[studyId]/results/every-eval-ever', {
  streams: 'application/zip',
})

/** Says what a model of one kind of result file was trained on. */
export const mapModelEndpoint = patch('/studies/[studyId]/results/models', {
  body: mappedModelSchema.pick({ source: true, model: true, mapping: true }),
})

/** Removes a result file with its numbers; it can be restored for seven days. */
export const deleteResultFileEndpoint = remove('/studies/[studyId]/results/files/[fileId]')

/** Brings a removed result file back. */
export const restoreResultFileEndpoint = post('/studies/[studyId]/results/files/[fileId]/restore')

/** Lists the numbers of the paper's tables of results. */
export const paperResultsEndpoint = get('/paper/results', { reply: z.array(storedResultSchema) })
