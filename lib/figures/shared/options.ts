import { z } from 'zod'
import { choice, toggle, type OptionText } from '@/lib/contracts/options'

export { choice, describeOptions, toggle } from '@/lib/contracts/options'

// As column ids are written: `<metric>.<output>`.
const COLUMN_ID = /^[a-z0-9_]+\.[A-Za-z0-9_-]+$/

/** Returns a choice among named values that takes column ids of the study as well, for columns that users make. */
export function choiceOrColumn<const L extends Record<string, string>>(
  labels: L,
  text: OptionText,
) {
  const values = Object.keys(labels) as [string, ...string[]]
  return z
    .union([z.enum(values), z.string().regex(COLUMN_ID)])
    .default(values[0])
    .meta({ ...text, labels, ownColumns: true })
}

/** Returns a number option within bounds; `step` is the distance of the slider's stops. */
export function amount(
  text: OptionText & { default: number; min: number; max: number; step: number },
) {
  const { default: preset, min, max, step, ...meta } = text
  const base = Number.isInteger(step) ? z.number().int() : z.number()
  return base
    .min(min)
    .max(max)
    .default(preset)
    .meta({ ...meta, step })
}

/** The switch that every figure has: series of different definitions may share the axes. */
export const mixOption = {
  mix: toggle({
    title: 'Mix definitions',
    description:
      'Draws series on one axis although their definitions differ. The picture then says so; the values may not be comparable.',
    default: false,
  }),
}

/** The switch for 95 % intervals. */
export const intervalsOption = {
  intervals: toggle({
    title: '95 % intervals',
    description:
      'Draws the uncertainty of each share or mean: Wilson for shares, bootstrap over rows for means.',
    default: true,
  }),
}

/** Shared or own y axes. */
export const axisOption = {
  axis: choice(
    { shared: 'Shared', own: 'Own' },
    {
      title: 'Axis range',
      description: 'Shared axes compare panels honestly; own axes show the shape of each panel.',
    },
  ),
}

/** View and smoothing of every density figure. */
export const densityOptions = {
  view: choice(
    { density: 'Density', cumulative: 'Cumulative' },
    {
      title: 'View',
      description: 'Histogram with a smooth curve, or the share of values up to each point.',
      inline: true,
    },
  ),
  bandwidth: amount({
    title: 'Smoothing',
    description: "Times Scott's bandwidth s n^(-1/5); 1 is the paper's setting.",
    default: 1,
    min: 0.25,
    max: 3,
    step: 0.25,
  }),
}
