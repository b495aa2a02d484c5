import { z } from 'zod'
import { axisOf, binsFor, evenAxis } from './axis'
import type { DensityPrepared } from './density'
import { densityFigure } from './density-figure'
import { offAxis } from './density-text'
import { exampleData, exampleInfo, noise } from './example'
import { axisOption, choice, densityOptions, mixOption } from './options'
import type { Figure } from '../types'

/** What sets one loss-ratio figure apart from another. */
interface LossRatio extends Pick<Figure, 'id' | 'question'> {
  title: string
  description: string
  /** Variant key -> its name; the first is the default. */
  variants: Record<string, string>
  column(variant: string): string
  /** On the axis and in sentences: "median IFD". */
  quantity: string
  threshold: DensityPrepared['threshold']
  reference: DensityPrepared['reference']
  note: string
  example: { centre: number; slope: number; spread: number }
}

/** Returns the density figure of a loss ratio: panels by round and seed set, an axis from 0 to where the values end. */
export function lossRatioFigure(config: LossRatio) {
  const { id, question, title, description, quantity, threshold, reference } = config
  const options = z.object({
    variant: choice(config.variants, {
      title: 'Mode',
      description:
        'Which tokens are scored and how the ratio is formed. Modes never mix on one axis.',
      inline: true,
    }),
    ...densityOptions,
    ...axisOption,
    ...mixOption,
  })
  type Options = z.infer<typeof options>
  return densityFigure<Options>({
    id,
    question,
    title,
    description,
    options,
    column: ({ variant }) => config.column(variant),
    axis: (parts) => evenAxis(axisOf(parts, reference?.value ?? null), binsFor(parts)),
    look: (_, info) => ({
      xLabel: info?.unit ? `${quantity} (${info.unit})` : quantity,
      quantity,
      of: quantity,
      threshold,
      reference,
    }),
    notes: ({ axis, below, above }) => [...offAxis(axis, below + above), config.note],
    example: () => {
      const { centre, slope, spread } = config.example
      const columns = Object.entries(config.variants).map(([variant, label]) => ({
        info: exampleInfo(config.column(variant), `${quantity}, ${label}`),
        row: (row: Parameters<typeof noise>[0], out: Float64Array) => {
          if (row.random.next() < 0.015) return 'no_response' as const
          const middle = centre + slope * row.round * (row.small ? 1 : 0.5)
          out[0] = Math.max(0.01, middle * Math.exp(spread * noise(row)))
        },
      }))
      return { data: exampleData(columns), options: {} as Partial<Options> }
    },
  })
}
