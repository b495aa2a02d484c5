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
import { flagParam, integerParam } from './params'

export const listResultsEndpoint = get('/studies/[studyId]/results', {
  summary: 'Lists the benchmark results of a study with their files and models.',
  reply: resultListSchema,
})

export const importResultsEndpoint = post('/studies/[studyId]/results', {
  summary: 'Imports uploaded result files and a pasted table; files that cannot be read are named.',
  body: importResultsSchema,
  example: {
    body: {
      pasted: 'model,benchmark,metric,value\nsmall-r3,GSM8K,exact_match,41.2',
      unit: 'percent',
    },
  },
  reply: importedResultsSchema,
})

export const compareResultsEndpoint = get('/studies/[studyId]/results/compare', {
  summary:
    "Gives the difference of two results by their numbers, or why there is none; the paper's have numbers below 0.",
  query: z.object({
    a: integerParam({ min: Number.MIN_SAFE_INTEGER }),
    b: integerParam({ min: Number.MIN_SAFE_INTEGER }),
  }),
  reply: resultComparisonSchema,
})

export const resultsCsvEndpoint = get('/studies/[studyId]/results/csv', {
  summary:
    "Returns the benchmark results as CSV, one line each, with source, file and place; `paper=true` adds the paper's numbers.",
  query: z.object({ paper: flagParam().default(false) }),
  streams: 'text/csv',
})

export const everyEvalEverEndpoint = get('/studies/[studyId]/results/every-eval-ever', {
  summary: 'Returns the results that have a value as a zip archive of Every Eval Ever files.',
  streams: 'application/zip',
})

export const mapModelEndpoint = patch('/studies/[studyId]/results/models', {
  summary: 'Says what a model of one kind of result file was trained on.',
  body: mappedModelSchema.pick({ source: true, model: true, mapping: true }),
})

export const deleteResultFileEndpoint = remove('/studies/[studyId]/results/files/[fileId]', {
  summary: 'Removes a result file with its numbers; it can be restored for seven days.',
})

export const restoreResultFileEndpoint = post('/studies/[studyId]/results/files/[fileId]/restore', {
  summary: 'Brings a removed result file back.',
})

export const paperResultsEndpoint = get('/paper/results', {
  summary: "Lists the numbers of the paper's tables of results.",
  reply: z.array(storedResultSchema),
})
