import { keepPreviousData } from '@tanstack/react-query'
import {
  addFormulaEndpoint,
  changeFormulaEndpoint,
  deleteFormulaEndpoint,
  listFormulasEndpoint,
  previewFormulaEndpoint,
  restoreFormulaEndpoint,
} from '@/lib/api/formulas'
import type { FormulaRequest } from '@/lib/contracts/formula'
import { call } from './api'
import { studyKeys } from './keys'
import { useAsk } from './use-ask'
import { useChange, useChangeIn } from './use-change'

export function useFormulas(studyId: string) {
  return useAsk(listFormulasEndpoint, { params: { studyId } }, studyKeys.formulas(studyId))
}

/** What a formula would give; `own` is the column being changed. Nothing is asked for an empty one. */
export function useFormulaPreview(studyId: string, text: string, own: string | null) {
  return useAsk(
    previewFormulaEndpoint,
    { params: { studyId }, body: { text, own } },
    studyKeys.formulaPreview(studyId, text, own),
    { enabled: text.trim() !== '', placeholderData: keepPreviousData },
  )
}

/** Makes a formula column, or gives the one of an id a new version. */
export function useSaveFormula(studyId: string, formulaId: string | null) {
  return useChange(
    (body: FormulaRequest) =>
      formulaId === null
        ? call(addFormulaEndpoint, { params: { studyId }, body })
        : call(changeFormulaEndpoint, { params: { studyId, formulaId }, body }),
    studyKeys.one(studyId),
  )
}

export function useDeleteFormula(studyId: string) {
  return useChangeIn(studyId, deleteFormulaEndpoint, 'formulaId', studyKeys.one(studyId))
}

export function useRestoreFormula(studyId: string) {
  return useChangeIn(studyId, restoreFormulaEndpoint, 'formulaId', studyKeys.one(studyId))
}
