import { z } from 'zod'
import {
  benchmarkSchema,
  compareSubsetsSchema,
  ruleFileSchema,
  savedSubsetSchema,
  saveSubsetSchema,
  subsetComparisonSchema,
  subsetFunnelSchema,
  subsetKitSchema,
  subsetRulesSchema,
} from '@/lib/contracts/subset'
import { nameSchema } from '@/lib/contracts/limits'
import { get, post, remove, undoable } from './endpoint'

export const subsetKitEndpoint = get('/subset-rules', {
  summary: 'Lists the kinds of rules of subsets, presets, and the benchmarks that were added.',
  reply: subsetKitSchema,
})

export const addBenchmarkEndpoint = post('/benchmarks', {
  summary:
    'Adds an uploaded benchmark file (JSON, JSON lines, CSV, text) whose items rows can be searched for.',
  body: z.object({ uploadId: nameSchema }),
  reply: benchmarkSchema,
})

export const deleteBenchmarkEndpoint = remove('/benchmarks/[sha256]', {
  summary: 'Deletes a benchmark that no saved subset names; its file can be added again.',
})

export const listSubsetsEndpoint = get('/studies/[studyId]/subsets', {
  summary: 'Lists the saved subsets of a study, newest first.',
  reply: z.array(savedSubsetSchema),
})

export const saveSubsetEndpoint = post('/studies/[studyId]/subsets', {
  summary: 'Saves rules as a subset, or as one subset for each random seed.',
  body: saveSubsetSchema,
  example: { body: { name: 'tenth', rules: [{ rule: 'random', amount: 10, unit: 'percent' }] } },
  reply: z.array(savedSubsetSchema),
})

export const subsetFunnelEndpoint = post('/studies/[studyId]/subsets/funnel', {
  summary:
    'Returns what each rule leaves of the study and why. Where a rule means nothing here, details.steps of the error has the rules before it.',
  body: z.object({ rules: subsetRulesSchema }),
  reply: subsetFunnelSchema,
})

export const readRuleFileEndpoint = post('/studies/[studyId]/subsets/file', {
  summary: 'Reads a YAML rule file; nothing is saved.',
  body: z.object({ text: z.string() }),
  reply: ruleFileSchema,
})

export const subsetFileEndpoint = get('/studies/[studyId]/subsets/[subsetId]', {
  summary: 'Returns the rules of a saved subset as YAML, which gives the same subset anywhere.',
  streams: 'application/yaml',
})

export const [deleteSubsetEndpoint, restoreSubsetEndpoint] = undoable(
  '/studies/[studyId]/subsets/[subsetId]',
  'a saved subset',
  savedSubsetSchema,
)

export const compareSubsetsEndpoint = post('/studies/[studyId]/subsets/compare', {
  summary:
    'Compares two to six saved subsets: shared rows, origins, distributions of columns, measures of the texts over draws of equal size, words of one that the others lack.',
  body: compareSubsetsSchema,
  reply: subsetComparisonSchema,
})
