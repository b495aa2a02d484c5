import type { FigureData, FigureSeries } from '../types'
import { isPartial, panelSeries, roundGrid, rowsWith } from './groups'
import type { DifficultyLevelsPrepared, LevelBars, LevelDifference, LevelMix } from './levels'
import { armOf, armsOf, countAll } from './series'

/** How the bars of a series are made, and what is shown beside those of a panel. */
interface LevelReading {
  mixOf(series: FigureSeries): LevelMix
  publishedOf?(series: FigureSeries): LevelMix | null
  differencesOf?(bars: readonly LevelBars[]): LevelDifference[]
}

/** Returns the panels of a figure of levels with their rows, columns, arms and counts; rows without any bar are left out. */
export function levelPanels(
  data: FigureData,
  column: string,
  { mixOf, publishedOf, differencesOf }: LevelReading,
): Pick<DifficultyLevelsPrepared, 'rows' | 'columns' | 'column' | 'panels' | 'arms' | 'counts'> {
  const counts = countAll(data, column)
  const grid = roundGrid(data)
  const panels = panelSeries(data, grid).map(({ series, ...place }) => {
    const bars = series.map((one) => ({
      arm: armOf(one),
      mix: mixOf(one),
      partial: isPartial(counts.find((entry) => entry.seriesKey === one.key)),
      model: one.columns[column]?.model ?? null,
      published: publishedOf?.(one) ?? null,
    }))
    return { ...place, bars, differences: differencesOf?.(bars) ?? [] }
  })
  const drawn = panels.filter(({ bars }) => bars.some(({ mix }) => mix.asked > 0))
  const rows = rowsWith(
    grid.rows,
    drawn.map(({ row }) => row),
  )
  return { rows, columns: grid.columns, column, panels, arms: armsOf(data, counts), counts }
}
