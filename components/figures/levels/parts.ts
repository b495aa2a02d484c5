import type {
  DifficultyLevelsPrepared,
  LevelBars,
  LevelPanel,
  LevelShare,
} from '@/lib/figures/shared/levels'
import { countedShare } from '@/lib/figures/shared/level-places'
import type { ArmMark } from '@/lib/figures/types'

/** Category of replies from which no level could be read. */
export const NO_LEVEL = 'none'

export function panelTitle(prepared: DifficultyLevelsPrepared, panel: LevelPanel): string {
  const column = prepared.columns.find((entry) => entry.key === panel.column)?.label ?? panel.column
  const row = prepared.rows.find((entry) => entry.key === panel.row)?.label ?? panel.row
  return `${column}, ${row.toLowerCase()}`
}

/** Returns the arms of a panel with rated rows, in order, each with its bars. */
export function ratedBars(
  { arms }: DifficultyLevelsPrepared,
  panel: LevelPanel,
): { arm: ArmMark; own: LevelBars }[] {
  return arms.flatMap((arm) => {
    const own = panel.bars.find((bar) => bar.arm === arm.key)
    return own && own.mix.asked > 0 ? [{ arm, own }] : []
  })
}

/** Returns how high a bar and the ends of its interval stand: shares in percent, or rows. */
export function heightOf({ heights }: DifficultyLevelsPrepared, share: LevelShare, asked: number) {
  const { percent, low, high, count } = share
  if (heights !== 'count') return { top: percent, low, high }
  const rows = (share.of ?? asked) / 100
  return { top: count, low: low * rows, high: high * rows }
}

/** Returns how high the bar of the rows that are marked in another figure stands. */
export function markedHeight(
  { heights, levels }: DifficultyLevelsPrepared,
  counts: ArrayLike<number>,
  place: number,
): number {
  return heights === 'count' ? (counts[place] ?? 0) : countedShare(counts, place, levels.length)
}

const one = (value: number) => value.toFixed(1)

/** Returns "120 of 240, 50.0 % (43.7–56.3), paper 35.7 %". */
export function shareText(share: LevelShare, asked: number, published: LevelShare | null): string {
  if (asked === 0) return 'no row with a value'
  const own = `${share.count.toLocaleString('en-US')} of ${asked.toLocaleString('en-US')}, ${one(share.percent)} % (${one(share.low)}–${one(share.high)})`
  return published ? `${own}, paper ${one(published.percent)} %` : own
}
