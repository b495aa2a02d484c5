import type { Loss, LossColumns, LossMode } from './read'
import { conditionalLoss, instructionLoss, missing, present, responseLoss } from './read'

/** Whether a ratio is of losses or of perplexities. */
export type RatioForm = 'loss' | 'ppl'

function divide(numerator: number, denominator: number): Loss {
  return denominator === 0 ? missing('zero_denominator') : present(numerator / denominator)
}

/**
 * Returns L(y|x) / L(y), or exp(L(y|x) - L(y)) for the ratio of perplexities. The two are not monotone transforms of
 * each other across rows.
 */
export function ifdOf(conditional: Loss, response: Loss, form: RatioForm): Loss {
  if (conditional.missing !== null) return conditional
  if (response.missing !== null) return response
  return form === 'ppl'
    ? present(Math.exp(conditional.value - response.value))
    : divide(conditional.value, response.value)
}

/** Returns L(y|x) / (L(x) L(y)), with exp(L(x)) in place of L(x) for the perplexity variant. */
export function icIfdOf(
  conditional: Loss,
  response: Loss,
  instruction: Loss,
  form: RatioForm,
): Loss {
  if (conditional.missing !== null) return conditional
  if (response.missing !== null) return response
  if (instruction.missing !== null) return instruction
  const x = form === 'ppl' ? Math.exp(instruction.value) : instruction.value
  return divide(conditional.value, x * response.value)
}

/** Returns the IFD of row i. */
export function rowIfd(columns: LossColumns, i: number, mode: LossMode, form: RatioForm): Loss {
  return ifdOf(conditionalLoss(columns, i, mode), responseLoss(columns, i, mode), form)
}

/** Returns the IC-IFD of row i. */
export function rowIcIfd(columns: LossColumns, i: number, mode: LossMode, form: RatioForm): Loss {
  return icIfdOf(
    conditionalLoss(columns, i, mode),
    responseLoss(columns, i, mode),
    instructionLoss(columns, i, mode),
    form,
  )
}
