import type {
  DifficultyLevelsPrepared,
  LevelBars,
  LevelPanel,
  LevelShare,
} from '@/lib/figures/shared/levels'
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

const one = (value: number) => value.toFixed(1)

/** Returns "120 of 240, 50.0 % (43.7–56.3), paper 35.7 %". */
export function shareText(share: LevelShare, asked: number, published: LevelShare | null): string {
  if (asked === 0) return 'no row with a value'
  const own = `${share.count.toLocaleString('en-US')} of ${asked.toLocaleString('en-US')}, ${one(share.percent)} % (${one(share.low)}–${one(share.high)})`
  return published ? `${own}, paper ${one(published.percent)} %` : own
}
