import { AppError } from '@/lib/errors'
import { autoAnalyse } from './auto-analyse'
import { autoRevise } from './auto-revise'
import { autoifChecker } from './autoif-checker'
import { autoifConsistent } from './autoif-consistent'
import { autoifConstraints } from './autoif-constraints'
import { autoifDescribe } from './autoif-describe'
import { autoifFit } from './autoif-fit'
import { evolveAuto } from './evolve-auto'
import { evolveBreadth } from './evolve-breadth'
import { evolveConcretizing } from './evolve-concretizing'
import { evolveConstraints } from './evolve-constraints'
import { evolveDeepen } from './evolve-deepen'
import { evolveKeywords } from './evolve-keywords'
import { evolveReasoning } from './evolve-reasoning'
import { judgeDigit } from './judge-digit'
import { judgeEqual } from './judge-equal'
import { judgeLevel } from './judge-level'
import { judgePairInstruction } from './judge-pair-instruction'
import { judgePairResponse } from './judge-pair-response'
import { judgeScore } from './judge-score'
import type { Operator } from './operators'
import type { Prompt } from './prompt'
import { respond, respondWithInput } from './respond'

/** Every prompt of the product. One line each. */
export const PROMPTS: readonly Prompt[] = [
  evolveConstraints,
  evolveDeepen,
  evolveConcretizing,
  evolveReasoning,
  evolveBreadth,
  evolveAuto,
  evolveKeywords,
  autoAnalyse,
  autoRevise,
  respond,
  respondWithInput,
  judgeLevel,
  judgeScore,
  judgeDigit,
  judgeEqual,
  judgePairResponse,
  judgePairInstruction,
  autoifConstraints,
  autoifChecker,
  autoifDescribe,
  autoifConsistent,
  autoifFit,
]

const byOperator: Record<Operator, Prompt> = {
  constraints: evolveConstraints,
  deepen: evolveDeepen,
  concretizing: evolveConcretizing,
  reasoning: evolveReasoning,
  breadth: evolveBreadth,
  auto: evolveAuto,
}

/** Returns the prompt with this id; throws `not_found`. */
export function getPrompt(id: string): Prompt {
  const prompt = PROMPTS.find((candidate) => candidate.id === id)
  if (!prompt) throw new AppError('not_found', `There is no prompt "${id}".`)
  return prompt
}

/** Returns the prompt that carries out an evolution operator. */
export function evolvePrompt(operator: Operator): Prompt {
  return byOperator[operator]
}

/** Returns the prompt that asks for a response: with the input when there is one (blanks count), else without. */
export function responsePrompt(input: string | null): Prompt {
  return input === null || input === '' ? respond : respondWithInput
}
