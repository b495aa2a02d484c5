import { z } from 'zod'
import { shareSchema } from './agreement'
import { numbers, texts, textsOrNull } from './fields'

const outcomes = numbers('win', 'tie', 'lose')

/** Verdicts of a judge model on pairs of rows or responses. */
export const pairSummarySchema = z.object({
  /** Rows with a verdict: wins, ties and losses of the rows that were judged. */
  ...numbers('judged'),
  ...outcomes,
  /** Wins and half of the ties, of all; null without a verdict. */
  rate: z.number().nullable(),
  /** Wins, of those that are no ties. */
  decided: shareSchema,
  /** Exact sign test over seeds without ties: a seed counts once, for the side with more wins; null without any. */
  p: z.number().nullable(),
  seeds: z.object(outcomes),
  /** Ties that are ties because the two orders disagree, of all with a verdict. */
  disagree: shareSchema,
  /** What stood first was preferred, of all single verdicts that are no ties; one half without bias. */
  first: shareSchema.extend({ p: z.number().nullable() }),
  /** Win rate at equal length; null with the reason beside it. */
  controlled: z.object(numbers('rate', 'low', 'high')).nullable(),
  controlledReason: z.string().nullable(),
  /** Status name -> rows, of the rows without a verdict. */
  reasons: z.record(z.string(), z.number()),
  /** One for each file. */
  parts: z.array(
    z.object({
      ...texts('cellId', 'seedSetKey', 'seedSet', 'label'),
      /** What it was compared with; null = not known. */
      ...textsOrNull('against', 'armKey'),
      ...numbers('round'),
      ...outcomes,
    }),
  ),
})
export type PairSummary = z.infer<typeof pairSummarySchema>

/** Returns a summary of verdicts in sentences that claim no more than the tests. */
export function pairSentences(summary: PairSummary): string[] {
  const { judged, win, tie, lose, first, disagree, p, controlled, controlledReason } = summary
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const of = ({ k, n }: { k: number; n: number }) =>
    n === 0 ? 'none' : `${k} of ${n} (${percent(k / n)})`
  const bias =
    first.p !== null && first.p < 0.05
      ? `The judge model prefers one place more often than chance explains (p = ${first.p.toPrecision(2)}).`
      : ''
  return [
    `${judged} pairs with a verdict: ${win} wins, ${tie} ties, ${lose} losses.`,
    `The two orders disagree, which counts as a tie: ${of(disagree)}.`,
    `What stood first was preferred: ${of(first)} of the single verdicts that are no ties. ${bias}`.trim(),
    p === null
      ? 'Sign test: no seed is decided.'
      : `Sign test over ${summary.seeds.win + summary.seeds.lose} seeds: p = ${p.toPrecision(3)}.`,
    controlled
      ? `Win rate at equal length: ${percent(controlled.rate)} (95 % interval ${percent(controlled.low)} to ${percent(controlled.high)}); as it is ${summary.rate === null ? 'none' : percent(summary.rate)}.`
      : `No win rate at equal length: ${controlledReason ?? 'not known'}.`,
    ...reasonsText(summary.reasons),
  ]
}

function reasonsText(reasons: Readonly<Record<string, number>>): string[] {
  const list = Object.entries(reasons).map(([reason, rows]) => `${rows} ${reason}`)
  return list.length === 0
    ? []
    : [`Rows without a verdict, which count nowhere: ${list.join(', ')}.`]
}
