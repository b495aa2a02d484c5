import { z } from 'zod'
import { exampleData, exampleInfo, noise } from './shared/example'
import { amount, choice, mixOption, pointOptions, scaleOption } from './shared/options'
import { pointPlaces } from './shared/point-places'
import { preparePoints, type ExtraNumber, type PointsPrepared } from './shared/points'
import { pointsAltText, pointsDrawn, pointsReading, pointsTable } from './shared/points-text'
import { defineFigure } from './types'

const options = z.object({
  variant: choice(
    {
      strict: 'Strict',
      reference: 'Reference',
      'strict-ppl': 'Strict, perplexity',
      'reference-ppl': 'Reference, perplexity',
    },
    { title: 'Variant', description: 'How the losses of both are taken.', inline: true },
  ),
  top: amount({
    title: 'Top share (%)',
    description:
      'A selection of this share of the rows with the highest values: how many rows are in one of the two only.',
    default: 10,
    min: 1,
    max: 50,
    step: 1,
  }),
  ...pointOptions,
  xScale: scaleOption('IFD'),
  yScale: scaleOption('IC-IFD'),
  ...mixOption,
})
type Options = z.infer<typeof options>

/**
 * Returns the share of rows, in percent, that only one of the two selections of the highest `top` percent has, by
 * ranks.
 *
 * @internal
 */
export function changedShare(
  { x, y }: { x: Float64Array; y: Float64Array },
  top: number,
): number | null {
  const n = x.length
  const kept = Math.round((n * top) / 100)
  if (kept === 0) return null
  // Of rows with the rank at the edge all or none would be chosen; ties are broken by the order of the rows.
  const chosen = (ranks: Float64Array) => {
    // Mid-ranks are halves from 1 to n.
    const counts = new Uint32Array(2 * n + 1)
    for (let i = 0; i < n; i += 1) {
      const half = 2 * (ranks[i] as number)
      counts[half] = (counts[half] as number) + 1
    }
    let edge = 2 * n
    let room = kept
    while (room > (counts[edge] as number)) {
      room -= counts[edge] as number
      edge -= 1
    }
    const marks = new Uint8Array(n)
    for (let i = 0; i < n; i += 1) {
      const half = 2 * (ranks[i] as number)
      if (half > edge) marks[i] = 1
      else if (half === edge && room > 0) {
        marks[i] = 1
        room -= 1
      }
    }
    return marks
  }
  const [a, b] = [chosen(x), chosen(y)]
  let changed = 0
  for (let i = 0; i < n; i += 1) if (a[i] !== b[i]) changed += 1
  return (100 * changed) / n
}

function changed({ top }: Options): ExtraNumber {
  return {
    key: 'changed',
    label: `In the top ${top} % of one only`,
    unit: '%',
    of: (ranks) => changedShare(ranks, top),
  }
}

const pairOf = (variant: string) => ({ x: `ifd.${variant}`, y: `ic_ifd.${variant}` })

/** IFD against IC-IFD: how far the two rank rows alike. */
export const ifdAgainstIcIfd = defineFigure<Options, PointsPrepared>({
  id: 'ifd-against-ic-ifd',
  title: 'IFD against IC-IFD',
  description:
    'How many rows lie where by IFD and IC-IFD, their rank correlation, and the share of rows that only one of the two would select.',
  drawing: 'points',
  question: 'worth',
  options,
  columns: ({ variant }) => Object.values(pairOf(variant)),
  prepare(data, chosen) {
    const prepared = preparePoints(data, pairOf(chosen.variant), chosen, changed(chosen))
    const note =
      'Values depend on the scoring model and its tokenizer: never compare across models.'
    return { ...prepared, notes: [...prepared.notes, note] }
  },
  places: (data, prepared, chosen) => pointPlaces(data, prepared, pairOf(chosen.variant), chosen),
  table: pointsTable,
  drawn: pointsDrawn,
  reading: pointsReading,
  altText: pointsAltText,
  example: () => ({
    data: exampleData(
      ['strict', 'reference', 'strict-ppl', 'reference-ppl'].flatMap((variant) => [
        {
          info: exampleInfo(`ifd.${variant}`, 'IFD'),
          row: (row, out) => {
            if (row.random.next() < 0.01) return 'no_response'
            out[0] = Math.exp(-0.35 - 0.05 * row.hardness + 0.25 * noise(row))
          },
        },
        {
          info: exampleInfo(`ic_ifd.${variant}`, 'IC-IFD'),
          row: (row, out) => {
            out[0] = Math.exp(-1.3 - 0.25 * row.hardness + 0.2 * noise(row))
          },
        },
      ]),
    ),
    options: {},
  }),
})
