import type { FigureTable, TableCell } from '../types'
import {
  levelSelection,
  type DifficultyLevelsPrepared,
  type LevelBars,
  type LevelPanel,
} from './levels'
import { CELL_COLUMNS, intervalColumns, publishedCells } from './overlay'
import { coverageText, labelOf, list, percent, plural } from './text'

function panelName(prepared: DifficultyLevelsPrepared, panel: LevelPanel): string {
  const row = labelOf(prepared.rows, panel.row).toLowerCase()
  return `${labelOf(prepared.columns, panel.column)}, ${row}`
}

/** Share of the two highest levels, 0 to 1; null when nothing was rated. */
function hardShare(bars: LevelBars): number | null {
  if (bars.mix.asked === 0) return null
  return bars.mix.levels.slice(-2).reduce((sum, level) => sum + level.percent, 0) / 100
}

/** Returns which arm has more hard instructions in how many panels, and where the gap is widest. */
export function levelsReading(prepared: DifficultyLevelsPrepared): string {
  const pairs = prepared.panels.flatMap((panel) => {
    const difference = panel.differences[0]
    const a = panel.bars.find((bar) => bar.arm === difference?.arm)
    const b = panel.bars.find((bar) => bar.arm === difference?.baseline)
    const shares = a && b ? { a: hardShare(a), b: hardShare(b) } : null
    if (!a || !b || shares === null || shares.a === null || shares.b === null) return []
    return [{ panel, first: a.arm, second: b.arm, a: shares.a, b: shares.b }]
  })
  const sample = pairs[0]
  if (!sample) {
    const bars = prepared.panels.flatMap((panel) => panel.bars.map((bar) => ({ panel, bar })))
    const widest = bars.toSorted((x, y) => y.bar.mix.asked - x.bar.mix.asked)[0]
    const share = widest ? hardShare(widest.bar) : null
    if (!widest || share === null) return ''
    return `${percent(share)} of ${labelOf(prepared.arms, widest.bar.arm)} are hard or very hard (${panelName(prepared, widest.panel)}).`
  }
  const compared = pairs.filter(
    (pair) => pair.first === sample.first && pair.second === sample.second,
  )
  const more = compared.filter((pair) => pair.a > pair.b).length
  const fewer = compared.filter((pair) => pair.a < pair.b).length
  const first = labelOf(prepared.arms, sample.first)
  const second = labelOf(prepared.arms, sample.second)
  if (more === 0 && fewer === 0) {
    return `${first} and ${second} have equal shares of hard instructions in every panel.`
  }
  const isFirst = more >= fewer
  const [winner, loser, times] = isFirst ? [first, second, more] : [second, first, fewer]
  // The widest gap in the winner's favour: another one would contradict the sentence.
  const lead = (pair: { a: number; b: number }) => (isFirst ? pair.a - pair.b : pair.b - pair.a)
  const widest = compared.toSorted((x, y) => lead(y) - lead(x))[0] ?? sample
  const panels = `${times} of ${plural(compared.length, 'panel')}`
  return `${winner} has more hard and very hard instructions than ${loser} in ${panels}; widest in ${panelName(prepared, widest.panel)}: ${percent(isFirst ? widest.a : widest.b)} against ${percent(isFirst ? widest.b : widest.a)}.`
}

/** Returns every share in words. */
export function levelsAltText(prepared: DifficultyLevelsPrepared): string {
  const parts = prepared.panels.flatMap((panel) =>
    panel.bars
      .filter((bar) => bar.mix.asked > 0)
      .map((bar) => {
        const shares = bar.mix.levels.map(
          (level, i) => `${prepared.levels[i] ?? i + 1} ${percent(level.percent / 100)}`,
        )
        const none =
          bar.mix.none.count > 0
            ? [`${prepared.names.none} ${percent(bar.mix.none.percent / 100)}`]
            : []
        return `${panelName(prepared, panel)}, ${labelOf(prepared.arms, bar.arm)}: ${list([...shares, ...none])}`
      }),
  )
  if (parts.length === 0)
    return `Share of each ${prepared.names.each}. No row has one yet. ${coverageText(prepared.counts)}.`
  const shown = parts.slice(0, 18).join('; ')
  const rest = parts.length > 18 ? `; ${parts.length - 18} more series in the table` : ''
  return `Bars of the share of each ${prepared.names.each}. ${shown}${rest}. ${coverageText(prepared.counts)}.`
}

/** Returns one line a level and series, with the published share where it is shown. */
export function levelsTable(prepared: DifficultyLevelsPrepared): FigureTable {
  const { overlay } = prepared
  const rows: Record<string, TableCell>[] = []
  const selections: NonNullable<FigureTable['selections']> = []
  for (const panel of prepared.panels) {
    for (const bar of panel.bars) {
      ;[...bar.mix.levels, bar.mix.none].forEach((share, i) => {
        const isNone = i === bar.mix.levels.length
        const published = isNone ? bar.published?.none : bar.published?.levels[i]
        const asked = bar.mix.asked > 0
        rows.push({
          seedSet: labelOf(prepared.columns, panel.column),
          round: Number(panel.row),
          arm: labelOf(prepared.arms, bar.arm),
          level: isNone ? prepared.names.none : (prepared.levels[i] ?? String(i + 1)),
          rows: share.count,
          asked: bar.mix.asked,
          percent: asked ? share.percent : null,
          low: asked ? share.low : null,
          high: asked ? share.high : null,
          ...publishedCells(overlay.shown, {
            own: asked ? share.percent : null,
            low: share.low,
            high: share.high,
            published: published?.percent ?? null,
            ownModel: bar.model,
            publishedModel: overlay.model,
            role: 'judge model',
          }),
        })
        selections.push(levelSelection(prepared, panel, bar.arm, i))
      })
    }
  }
  return {
    columns: [
      ...CELL_COLUMNS,
      { key: 'level', label: prepared.names.one, unit: '' },
      { key: 'rows', label: 'Rows', unit: '' },
      { key: 'asked', label: 'Rows asked', unit: '' },
      { key: 'percent', label: 'Share', unit: '%' },
      ...intervalColumns('%', overlay.shown, 'points'),
    ],
    rows,
    selections,
  }
}
