import type { StatusName } from '@/lib/contracts/status'
import type { Detect } from './language'
import type { HealthParams } from './params'

/** A row and its parent as the rules see them. */
export interface HealthRow {
  instruction: string
  input: string | null
  parent: { instruction: string; input: string | null } | null
  operator: string | null
  /** Why the evolver stopped, as the file says it; null where it does not. */
  finishReason: string | null
}

/** What a rule found: a flag with what speaks for it, or why it cannot tell. */
export type Verdict = { flag: boolean; evidence?: string } | { missing: StatusName }

export interface HealthRule {
  key: string
  label: string
  /** The rule in one sentence, as the card and the column's header show it. */
  rule: string
  /** A flag of its own that does not make the whole row flagged. */
  isAside?: true
  read(row: HealthRow, params: HealthParams, detect: Detect): Verdict
  /** What the row is, the row where it differs from a good one, and the flag or the reason for none. */
  examples: readonly (readonly [string, Partial<HealthRow>, 'yes' | 'no' | StatusName])[]
}

export const NO: Verdict = { flag: false }

/** Returns the verdict that a flag is raised because of this. */
export function yes(evidence: string): Verdict {
  return { flag: true, evidence }
}

/** Returns what an example has of a row with this instruction whose parent has that one. */
export function evolved(instruction: string, parent: string): Partial<HealthRow> {
  return { instruction, parent: { instruction: parent, input: null } }
}
