import { z } from 'zod'
import { uniformEdges } from '@/lib/stats/histogram'
import { densityCells, densityDrawn, densityTable, type DensityPrepared } from './shared/density'
import { densityAltText, densityReading } from './shared/density-text'
import { exampleData, exampleInfo, noise } from './shared/example'
import { densityGroups, panelSeries, roundGrid, rowsWith } from './shared/groups'
import { axisOption, choice, densityOptions, mixOption } from './shared/options'
import { armsOf, countAll, valuesOf, comparable } from './shared/series'
import { count, list, plural } from './shared/text'
import { defineFigure, type FigureData } from './types'

const COLUMN = 'mnd.mnd'
// What another tool wrote beside the rows; model, text and threshold are not known.
const IMPORTED_COLUMN = 'imported_mnd.mnd'
const UNKNOWN = 'Imported values: which model, text and threshold made them is not known.'
// Rows closer than this are near-duplicates: squared distance 0.05 is cosine 0.975.
const NEAR_DUPLICATE = 0.05
// With fewer rows a hundred bins hold one row each and hide the shape.
const PAPER_BINS_FROM = 500
const FEW_BINS = 20

const options = z.object({
  values: choice(
    { computed: 'Computed here', imported: 'Imported' },
    {
      title: 'Values',
      description: 'Distances computed here, or those that came with the files. They never mix.',
    },
  ),
  ...densityOptions,
  bins: choice(
    { auto: 'Automatic', n100: '100 (paper)', n50: '50', n20: '20' },
    {
      title: 'Bins',
      description:
        'Bins of equal width from 0 to 1. Automatic: 100 as in the paper, 20 below 500 rows a series.',
    },
  ),
  ...axisOption,
  ...mixOption,
})
type Options = z.infer<typeof options>

function columnOf(chosen: Options): string {
  return chosen.values === 'imported' ? IMPORTED_COLUMN : COLUMN
}

// The distance to the nearest neighbour falls as a set grows, so unequal sets do not compare.
function sizeNotes(data: FigureData): string[] {
  const grid = roundGrid(data)
  const unequal = panelSeries(data, grid).filter(
    ({ series }) => new Set(series.map((one) => one.cellRows)).size > 1,
  )
  const first = unequal[0]
  if (!first) return []
  const sizes = first.series.map((one) => `${one.armLabel} ${count(one.cellRows)}`)
  return [
    `The distance falls as a set grows: compare only sets of equal size. Sets differ in size in ${plural(unequal.length, 'panel')}, for example ${first.series[0]?.seedSetLabel ?? ''} (${list(sizes)}). Run it on the same sample of seeds in every arm to compare them.`,
  ]
}

function prepare(all: FigureData, chosen: Options): DensityPrepared {
  const column = columnOf(chosen)
  const { data, conflicts } = comparable(all, column, chosen.mix)
  const counts = countAll(data, column)
  const smallest = Math.min(...counts.map((entry) => entry.valued).filter((n) => n > 0))
  const automatic = smallest >= PAPER_BINS_FROM ? 100 : FEW_BINS
  const bins = chosen.bins === 'auto' ? automatic : Number(chosen.bins.slice(1))
  const edges = uniformEdges(0, 1 / bins, bins)
  const threshold = { value: NEAR_DUPLICATE, side: 'below', label: '< 0.05' } as const
  const grid = roundGrid(data)
  const cells = densityCells(
    densityGroups(data, grid, counts, (series) => valuesOf(series, column)),
    { edges, gridFrom: 0, gridTo: 1, bandwidth: chosen.bandwidth, threshold },
  )
  const rows = rowsWith(
    grid.rows,
    cells.cells.map((cell) => cell.row),
  )
  const above = cells.cells.flatMap((cell) => cell.curves).reduce((sum, c) => sum + c.above, 0)
  const off =
    above > 0
      ? [`${plural(above, 'value')} above 1: left out of the bars, kept in the smooth curves.`]
      : []
  return {
    ...cells,
    rows,
    columns: grid.columns,
    arms: armsOf(data, counts),
    counts,
    conflicts,
    notes: [...(column === IMPORTED_COLUMN ? [UNKNOWN] : []), ...off, ...sizeNotes(data)],
    edges: Array.from(edges),
    view: chosen.view,
    axis: chosen.axis,
    bars: true,
    reversed: false,
    unit: '',
    xLabel: 'Squared distance to the nearest neighbour',
    selectColumn: column,
    threshold,
    reference: null,
    unitName: 'rows',
  }
}

/** Distances to the nearest neighbour (the paper's Figure 4). */
export const mndDensity = defineFigure<Options, DensityPrepared>({
  id: 'mnd-density',
  title: 'Nearest-neighbour distance',
  description:
    'How far each instruction is from its nearest neighbour in the same set: histogram with a Gaussian density (Scott).',
  options,
  columns: (chosen) => [columnOf(chosen)],
  prepare,
  table: densityTable,
  drawn: densityDrawn,
  reading: (prepared) => densityReading(prepared, 'distance'),
  altText: (prepared) => densityAltText(prepared, 'Density of nearest-neighbour distances'),
  example: () => ({
    data: exampleData([
      {
        info: exampleInfo(COLUMN, 'Nearest-neighbour distance'),
        row: (row, out) => {
          const centre = 0.42 + (row.small ? 0.05 : 0) * row.round
          out[0] = row.random.next() < 0.02 ? 0 : Math.max(0, centre + 0.17 * noise(row))
        },
      },
    ]),
    options: {},
  }),
})
