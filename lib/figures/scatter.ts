import { z } from 'zod'
import { exampleData, exampleInfo, noise } from './shared/example'
import { columnChoice, mixOption, pointOptions, scaleOption } from './shared/options'
import { pointPlaces } from './shared/point-places'
import { preparePoints, type PointsPrepared } from './shared/points'
import { pointsAltText, pointsDrawn, pointsReading, pointsTable } from './shared/points-text'
import { defineFigure } from './types'

const options = z.object({
  x: columnChoice(
    {
      title: 'Column across',
      description: 'The column along x: any that holds numbers.',
      inline: true,
    },
    ['scalar'],
  ),
  y: columnChoice(
    {
      title: 'Column upwards',
      description: 'The column along y: any that holds numbers.',
      inline: true,
    },
    ['scalar'],
  ),
  ...pointOptions,
  xScale: scaleOption('x'),
  yScale: scaleOption('y'),
  ...mixOption,
})
type Options = z.infer<typeof options>

const X = 'added_words.words'
const Y = 'instruction_loss.strict'

/** Any two numeric columns against each other. */
export const scatter = defineFigure<Options, PointsPrepared>({
  id: 'scatter',
  title: 'Scatter',
  description:
    'Any two numeric columns against each other, all rows in hexagons or a draw of them as points, with Spearman and Pearson correlation of every panel.',
  drawing: 'points',
  question: 'worth',
  options,
  columns: ({ x, y }) => [x, y],
  prepare: (data, chosen) => preparePoints(data, chosen, chosen),
  places: (data, prepared, chosen) => pointPlaces(data, prepared, chosen, chosen),
  table: pointsTable,
  drawn: pointsDrawn,
  reading: pointsReading,
  altText: pointsAltText,
  example: () => ({
    data: exampleData([
      {
        info: exampleInfo(X, 'Added words', { unit: 'words' }),
        row: (row, out) => {
          out[0] = Math.round(12 + 6 * row.hardness + 4 * noise(row))
        },
      },
      {
        info: exampleInfo(Y, 'L(x)', { unit: 'nat' }),
        row: (row, out) => {
          if (row.random.next() < 0.01) return 'too_long'
          out[0] = Math.exp(0.9 - 0.1 * row.hardness + 0.3 * noise(row))
        },
      },
    ]),
    options: { x: X, y: Y },
  }),
})
