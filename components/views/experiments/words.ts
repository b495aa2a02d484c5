import type { ItemStatus, StageState } from '@/lib/contracts/experiment'
import { statusSentence } from '@/lib/contracts/status'
import { autoEvolReason } from './auto-evol-words'
import { autoIfReason } from './autoif-words'

const STATUS: Record<ItemStatus, string> = {
  ok: 'OK',
  repaired: 'Repaired',
  failed: 'Failed',
  dropped: 'Excluded',
}

/** How an item came out of a stage. */
export const statusText = (status: ItemStatus): string => STATUS[status]

const REASON: Record<string, string> = {
  truncated: 'cut off at the limit of output tokens',
  empty: 'empty reply',
  error: 'the request failed',
  empty_instruction: 'no instruction to answer',
  copy: 'copy of its parent',
  refusal: 'refusal',
  no_verdict: 'the judge model gave no verdict',
  equal: 'equal to its parent by the judge model',
}

/** A reason code in words; one that is not known stays as it is. */
export const reasonText = (reason: string): string =>
  REASON[reason] ?? autoIfReason(reason) ?? autoEvolReason(reason) ?? statusSentence(reason)

const STATE: Record<StageState, string> = {
  waiting: 'Waiting',
  ready: 'Queued',
  running: 'Running',
  paused: 'Paused',
  failed: 'Failed',
  done: 'Done',
}

export const stageStateText = (state: StageState): string => STATE[state]
