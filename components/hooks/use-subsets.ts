import { keepPreviousData } from '@tanstack/react-query'
import { z } from 'zod'
import { createParser, parseAsString, useQueryStates } from 'nuqs'
import {
  addBenchmarkEndpoint,
  compareSubsetsEndpoint,
  deleteBenchmarkEndpoint,
  deleteSubsetEndpoint,
  listSubsetsEndpoint,
  readRuleFileEndpoint,
  restoreSubsetEndpoint,
  saveSubsetEndpoint,
  subsetFileEndpoint,
  subsetFunnelEndpoint,
  subsetKitEndpoint,
} from '@/lib/api/subsets'
import {
  funnelStepSchema,
  subsetRulesSchema,
  type FunnelStep,
  type RuleFile,
  type SubsetRule,
} from '@/lib/contracts/subset'
import { ApiError, call, endpointUrl } from './api'
import { studyKeys, subsetKitKey } from './keys'
import { useAsk } from './use-ask'
import { useChange, useChangeIn, useChangeOf, useSend } from './use-change'
import { uploadFile } from './upload-file'

const parsers = {
  rules: createParser<SubsetRule[]>({
    parse: (text) => subsetRulesSchema.safeParse(JSON.parse(text)).data ?? null,
    serialize: (rules) => JSON.stringify(rules),
    eq: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  }).withDefault([]),
  name: parseAsString.withDefault(''),
}

/** The rules at hand, kept in the address: a change is a step of the browser's history. */
export function useSubsetDraft() {
  return useQueryStates(parsers, { history: 'push' })
}

/** Kinds of rules, presets and benchmarks. */
export function useSubsetKit() {
  return useAsk(subsetKitEndpoint, {}, subsetKitKey)
}

export function useSubsets(studyId: string) {
  return useAsk(listSubsetsEndpoint, { params: { studyId } }, studyKeys.subsets(studyId))
}

/** What each rule leaves; while it is counted anew the counts before stay. */
export function useSubsetFunnel(studyId: string, rules: SubsetRule[]) {
  return useAsk(
    subsetFunnelEndpoint,
    { params: { studyId }, body: { rules } },
    studyKeys.subsetFunnel(studyId, rules),
    { placeholderData: keepPreviousData },
  )
}

/** How the chosen subsets differ. */
export function useSubsetComparison(
  studyId: string,
  body: { ids: string[]; columns?: string[]; measures: string[] },
) {
  return useAsk(
    compareSubsetsEndpoint,
    { params: { studyId }, body },
    studyKeys.subsetFunnel(studyId, [body]),
    { placeholderData: keepPreviousData },
  )
}

/** Deletes a benchmark by its SHA-256. */
export function useDeleteBenchmark() {
  return useChangeOf(deleteBenchmarkEndpoint, 'sha256', subsetKitKey)
}

/** What each rule did, as far as it is known: where one means nothing here, the rules before it. */
export function knownSteps({ data, error }: ReturnType<typeof useSubsetFunnel>): FunnelStep[] {
  if (!error) return data?.steps ?? []
  const steps = error instanceof ApiError ? error.details?.['steps'] : undefined
  return z.array(funnelStepSchema).safeParse(steps).data ?? []
}

export function useSaveSubset(studyId: string) {
  return useSend(
    saveSubsetEndpoint,
    { studyId },
    studyKeys.subsets(studyId),
    studyKeys.figures(studyId),
  )
}

export function useDeleteSubset(studyId: string) {
  return useChangeIn(studyId, deleteSubsetEndpoint, 'subsetId', studyKeys.subsets(studyId))
}

export function useRestoreSubset(studyId: string) {
  return useChangeIn(studyId, restoreSubsetEndpoint, 'subsetId', studyKeys.subsets(studyId))
}

/** Sends a benchmark file. */
export function useAddBenchmark() {
  return useChange(async (file: File) => {
    const { uploadId } = await uploadFile(file, file.name)
    return call(addBenchmarkEndpoint, { body: { uploadId } })
  }, subsetKitKey)
}

/** Reads a rule file; nothing is saved. */
export async function readRuleFile(studyId: string, file: File): Promise<RuleFile> {
  return call(readRuleFileEndpoint, { params: { studyId }, body: { text: await file.text() } })
}

export function subsetFileUrl(studyId: string, subsetId: string): string {
  return endpointUrl(subsetFileEndpoint, { params: { studyId, subsetId } })
}
