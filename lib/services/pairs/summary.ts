import type { Db } from '@/db/client'
import type { PairSummary } from '@/lib/contracts/pairs'
import { binomialTwoSided } from '@/lib/stats/distributions'
import { lengthControlled } from '@/lib/stats/length-controlled'
import type { NoValueReason } from '@/lib/stats/no-value'
import { shareOf } from '../agreement/ratings'
import { currentCells } from '../cells'
import { columnReader } from '../columns'
import { slotsOfCell } from '../compare/slots'
import { getRun, getRunRow } from '../runs'
import { isPairRun, pairParts, pairReasons, pairRun, pairValues, TIE, WIN } from './verdicts'

const REASONS: Record<NoValueReason, string> = {
  n_too_small: 'there are too few verdicts',
  all_ties: 'all verdicts are ties',
  constant: 'all pairs differ by the same length',
  zero_denominator: 'length or one side alone decides every pair, so the fit has no end',
}

const signP = (k: number, n: number) => (n === 0 ? null : binomialTwoSided(k, n))

/**
 * Returns what a judge model said of pairs: wins, ties and losses, how often the orders disagree and what stands first is
 * preferred, the sign test over seeds, and the rate at equal length; null for a run that judged no pairs.
 */
export async function pairSummary(db: Db, runId: string): Promise<PairSummary | null> {
  const run = getRun(db, runId)
  if (!isPairRun(run)) return null
  const { studyId } = getRunRow(db, runId)
  const pairs = pairRun(run, columnReader(db, studyId))
  const parts = pairParts(db, studyId)(pairs)
  const total = { win: 0, tie: 0, lose: 0, disagree: 0, first: 0, single: 0 }
  const bySeed = new Map<string, number>()
  const [outcomes, lengths]: [number[], number[]] = [[], []]
  for (const { cell, win, tie, lose } of parts) {
    total.win += win
    total.tie += tie
    total.lose += lose
    const [verdict, asFirst, asSecond, longer] = ['verdict', 'as_first', 'as_second', 'longer'].map(
      (key) => pairValues(pairs, key, cell),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array]
    const { slots } = await slotsOfCell(db, cell)
    verdict.forEach((value, idx) => {
      for (const [said, stood] of [
        [asFirst[idx] as number, 1],
        [asSecond[idx] as number, -1],
      ] as const) {
        if (Number.isNaN(said) || said === TIE) continue
        total.single += 1
        if ((said === WIN) === (stood === 1)) total.first += 1
      }
      if (Number.isNaN(value)) return
      if (asFirst[idx] !== asSecond[idx]) total.disagree += 1
      const seed = `${cell.seedSetKey} ${slots[idx] ?? -1}`
      bySeed.set(seed, (bySeed.get(seed) ?? 0) + (value - TIE))
      outcomes.push((value - 1) / 2)
      lengths.push(longer[idx] as number)
    })
  }
  const sums = [...bySeed.values()]
  const seeds = {
    win: sums.filter((sum) => sum > 0).length,
    tie: sums.filter((sum) => sum === 0).length,
    lose: sums.filter((sum) => sum < 0).length,
  }
  const { win, tie, lose, disagree, first, single } = total
  const judged = win + tie + lose
  const controlled = lengthControlled(outcomes, lengths)
  const reasons: Record<string, number> = {}
  for (const cell of currentCells(db, studyId)) {
    for (const [name, rows] of Object.entries(pairReasons(pairs, cell)))
      reasons[name] = (reasons[name] ?? 0) + rows
  }
  return {
    judged,
    win,
    tie,
    lose,
    rate: judged === 0 ? null : (win + tie / 2) / judged,
    decided: shareOf(win, win + lose),
    p: signP(seeds.win, seeds.win + seeds.lose),
    seeds,
    disagree: shareOf(disagree, judged),
    first: { ...shareOf(first, single), p: signP(first, single) },
    controlled: controlled.ok
      ? { rate: controlled.rate, low: controlled.low, high: controlled.high }
      : null,
    controlledReason: controlled.ok ? null : REASONS[controlled.reason],
    reasons,
    parts: parts.map(({ cell, ...part }) => ({ ...part, cellId: cell.id })),
  }
}
