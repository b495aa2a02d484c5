import { z } from 'zod'
import { exampleData, exampleInfo, noise } from './shared/example'
import { amount, choice, mixOption, pointOptions, scaleOption } from './shared/options'
import type { Side } from './shared/pairs'
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
export function changedShare({ x, y }: Record<'x' | 'y', Ranked>, top: number): number | null {
  const n = x.order.length
  const kept = Math.round((n * top) / 100)
  if (kept === 0) return null
  const marks = new Uint8Array(n)
  for (const place of highest(x, kept)) marks[place] = 1
  let both = 0
  for (const place of highest(y, kept)) both += marks[place] as number
  return (100 * 2 * (kept - both)) / n
}

type Ranked = Pick<Side, 'ranks' | 'order'>

/** Returns the places of the highest; of rows with the rank at the edge, all or none of which would be chosen, the first. */
function highest({ ranks, order }: Ranked, kept: number): Int32Array {
  const n = order.length
  const rankAt = (at: number) => ranks[order[at] as number] as number
  const edge = rankAt(n - kept)
  let end = n - kept
  while (end < n && rankAt(end) === edge) end += 1
  // A mid-rank is the mean of the first and the last rank of its rows.
  const start = 2 * edge - end - 1
  const places = new Int32Array(kept)
  for (let k = 0; k < kept; k += 1) {
    const at = k < n - end ? end + k : start + k - (n - end)
    places[k] = order[at] as number
  }
  return places
}

function changed({ top }: Options): ExtraNumber {
  return {
    key: 'changed',
    label: `In the top ${top} % of one only`,
    unit: '%',
    of: (pairs) => changedShare(pairs, top),
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
