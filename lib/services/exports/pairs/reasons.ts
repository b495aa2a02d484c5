import type { ExportFinding } from '@/lib/contracts/export'

/** Why rows make no pair, after "<n> seeds". */
const REASONS = {
  tie: 'have a tie.',
  no_value: 'have no value or verdict for two evolvers.',
  no_partner: 'have a row of one evolver only.',
  several: 'have several rows of one evolver.',
  no_seed: 'are not known: the rows are not aligned.',
  filtered: 'were judged on rows that the filter does not show.',
  other_prompt: 'have other prompts for the two responses: they answer different questions.',
  no_answer: 'have an empty text on one side.',
  same_answer: 'have the same text on both sides.',
  seed_missing: 'have no seed row in this study, which is the prompt.',
  unreadable: 'have a row that cannot be written as a prompt with one answer (media, tool calls).',
} as const
export type PairReason = keyof typeof REASONS

/** Reason -> seeds without a pair. */
export type LeftOut = Partial<Record<PairReason, number>>

/** Counts one more seed without a pair. */
export function leaveOut(counts: LeftOut, reason: PairReason): void {
  counts[reason] = (counts[reason] ?? 0) + 1
}

/** Returns the counts as findings of the check. */
export function pairFindings(counts: LeftOut): ExportFinding[] {
  return Object.entries(counts).map(([reason, rows]) => ({
    rule: `pairs_${reason}`,
    message: `Left out: ${rows} ${rows === 1 ? 'seed' : 'seeds'} that ${REASONS[reason as PairReason]}`,
    rows,
    examples: [],
    at: [],
  }))
}
