import { z } from 'zod'
import { evenAxis } from './shared/axis'
import { densityFigure } from './shared/density-figure'
import { exampleData, exampleInfo, noise } from './shared/example'
import { panelSeries, roundGrid } from './shared/groups'
import { axisOption, binsOption, densityOptions, mixOption, valuesOption } from './shared/options'
import { count, list, plural } from './shared/text'
import type { FigureData } from './types'

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
  ...valuesOption,
  ...densityOptions,
  ...binsOption(
    '100 (paper)',
    'Bins of equal width from 0 to 1. Automatic: 100 as in the paper, 20 below 500 rows a series.',
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
    `The distance falls as a set grows: compare only sets of equal size. Sets differ in size in ${plural(unequal.length, 'panel')}, for example ${first.series[0]?.seedSetLabel ?? ''} (${list(sizes)}). Run it on the same sample of seeds for every evolver to compare them.`,
  ]
}

/** Distances to the nearest neighbour (the paper's Figure 4). */
export const mndDensity = densityFigure<Options>({
  id: 'mnd-density',
  question: 'diverse',
  title: 'Nearest-neighbour distance',
  description:
    'How far each instruction is from its nearest neighbour in the same set: histogram with a Gaussian density (Scott).',
  options,
  column: columnOf,
  axis(parts, { bins }) {
    const smallest = Math.min(...parts.map((part) => part.length))
    const automatic = smallest >= PAPER_BINS_FROM ? 100 : FEW_BINS
    return evenAxis({ from: 0, to: 1 }, bins === 'auto' ? automatic : Number(bins.slice(1)))
  },
  look: () => ({
    unit: '',
    xLabel: 'Squared distance to the nearest neighbour',
    quantity: 'distance',
    of: 'nearest-neighbour distances',
    threshold: { value: NEAR_DUPLICATE, side: 'below', label: '< 0.05' },
  }),
  notes: ({ data, chosen, above }) => [
    ...(columnOf(chosen) === IMPORTED_COLUMN ? [UNKNOWN] : []),
    ...(above > 0
      ? [`${plural(above, 'value')} above 1: left out of the bars, kept in the smooth curves.`]
      : []),
    ...sizeNotes(data),
  ],
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
