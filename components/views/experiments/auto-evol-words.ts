import { repairsText } from './repairs-text'

const REASON: Record<string, string> = {
  no_final_header: 'no header of the final instruction',
  unknown_headers: 'headers in words that are not known',
  empty_final: 'nothing under the header of the final instruction',
  two_finals: 'two different final instructions',
  refers_back: 'refers to another place in place of the final instruction',
  not_of_all: 'another evolver has no row of this seed',
  not_drawn: 'not drawn: the plan limits the rows',
  no_methods: 'no methods were listed',
  fewer_phrases: 'fewer phrases than methods',
  more_phrases: 'more phrases than methods',
  stagnant: 'the answer thanks and asks what to do: the task did not get harder',
  underspecified: 'the answer asks back: the task does not say enough',
  lost_information: 'the answer asks for what the task left out',
  not_evolved: 'no task was made',
  no_slot: 'the revised prompt does not have {instruction} exactly once',
  no_layout: 'the revised prompt lacks a header, or has them in another order',
  prompt_in_fence: 'the prompt stood in a fence',
  no_better_prompt: 'no candidate is better',
  not_the_best: 'not the lowest rate of failures',
}

const REPAIR: Record<string, string> = {
  no_methods_header: 'no header of the methods',
  no_plan_header: 'no header of the plan, so no methods',
  no_rewrite_header: 'no header of the first rewrite',
  other_header: 'header in another form',
  text_in_header: 'text on the line of its header',
  final_twice: 'final instruction given twice',
}

/** Returns a reason of Auto Evol-Instruct in words, each of several repairs in its turn; null where it is none of them. */
export function autoEvolReason(reason: string): string | null {
  return REASON[reason] ?? repairsText(reason, REPAIR)
}
