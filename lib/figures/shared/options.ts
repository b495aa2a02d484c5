import { z } from 'zod'
import { choice, toggle, type OfResults, type OptionText } from '@/lib/contracts/options'
import type { ColumnShape } from '@/lib/contracts/column-kinds'
import { ALL } from './groups'

export { choice, describeOptions, toggle } from '@/lib/contracts/options'

// Longer than any column id; what does not fit the study is refused by the service, which names what there is.
const COLUMN_LETTERS = 200

function openChoice(labels: Record<string, string>, meta: object) {
  return z
    .string()
    .max(COLUMN_LETTERS)
    .default(Object.keys(labels)[0] ?? '')
    .meta({ ...meta, labels })
}

/**
 * Returns the choice of a column of the study whose shape is one of `shapes`. Named choices may stand before them, the
 * first is the default; without any the column must be given.
 */
export function columnChoice(
  text: OptionText,
  shapes: readonly ColumnShape[],
  named: Record<string, string> = {},
) {
  return openChoice(named, { ...text, columns: shapes })
}

const EXPORT_SET = 'export:'

/** Returns the choice that stands for a saved export. */
export function exportChoice(exportId: string): string {
  return `${EXPORT_SET}${exportId}`
}

/** Returns the id of the saved export that a choice stands for, null where it stands for something else. */
export function chosenExport(chosen: string): string | null {
  return chosen.startsWith(EXPORT_SET) ? chosen.slice(EXPORT_SET.length) : null
}

/** Returns the choice of a set of rows: a column that selects them, one of the study's saved exports, or a named choice. */
export function setChoice(text: OptionText, named: Record<string, string>) {
  return openChoice(named, { ...text, columns: ['scalar'], exports: true })
}

/** Returns a choice among numbers of measures of a set (`<metric>.<output>`); the service adds those not named here. */
export function choiceOfMeasure(labels: Record<string, string>, text: OptionText) {
  return openChoice(labels, { ...text, setMeasures: true })
}

/** The choice of results that leaves it to the figure which ones are drawn. */
export const AUTO = 'auto'

/** Returns a choice among names in the study's benchmark results; `preset` words the one that leaves it to the figure, `more` has further ones. */
export function choiceOfResults(
  of: OfResults,
  preset: string,
  text: OptionText,
  more: Record<string, string> = {},
) {
  return openChoice({ [AUTO]: preset, ...more }, { ...text, ofResults: of })
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

/** Note under values that came with files. */
export const UNKNOWN_VALUES =
  'Imported values: how they were made, and by which model, is not known.'

/** Whether a figure draws values that were computed here or those that came with files. */
export const valuesOption = {
  values: choice(
    { computed: 'Computed here', imported: 'Imported' },
    {
      title: 'Values',
      description: 'Values computed here, or those that came with the files. They never mix.',
    },
  ),
}

/** The switch for 95 % intervals. */
const intervalsOption = {
  intervals: toggle({
    title: '95 % intervals',
    description:
      'Draws the uncertainty of each share or mean: Wilson for shares, bootstrap over rows for means.',
    default: true,
  }),
}

/** Mean or median. */
export const statisticOption = {
  statistic: choice(
    { mean: 'Mean', median: 'Median' },
    {
      title: 'Statistic',
      description: 'Arithmetic mean of the row values, as in the paper, or their median.',
      inline: true,
    },
  ),
}

/** Shared or own axes. */
export const axisOption = {
  axis: choice(
    { shared: 'Shared', own: 'Own' },
    {
      title: 'Axis range',
      description: 'Shared axes make panels comparable; own axes show the shape of each panel.',
    },
  ),
}

/** Shares or numbers of rows. */
export const heightsOption = {
  heights: choice(
    { share: 'Shares', count: 'Counts' },
    {
      title: 'Heights of bars',
      description: 'Shares of the rows in percent, or how many rows there are.',
    },
  ),
}

/** Own or shared axes of panels that show different measures: own by default. */
export const ownAxisOption = { axis: axisOption.axis.default('own') }

/** How a figure of panels shows shares or means: intervals, axes, and whether definitions may differ. */
export const panelOptions = { ...intervalsOption, ...axisOption, ...mixOption }

/** The switch for the published values of the paper; `what` says how they are drawn. */
export function paperOption(what: string) {
  const description = `${what}, for the same seed set, round and class of evolver.`
  return { paper: toggle({ title: 'Published values', description, default: false, inline: true }) }
}

/** Number of bins; `hundred` names the choice of 100. */
export function binsOption(hundred: string, description: string) {
  return {
    bins: choice(
      { auto: 'Automatic', n100: hundred, n50: '50', n20: '20' },
      { title: 'Bins', description },
    ),
  }
}

/** Seed sets side by side or pooled. */
export const columnsOption = {
  columns: choice(
    { seedSet: 'Seed sets', [ALL]: 'Pooled' },
    { title: 'Columns', description: 'One column a seed set, or all seed sets pooled.' },
  ),
}

/** Smoothing of a density. */
const bandwidthOption = {
  bandwidth: amount({
    title: 'Smoothing',
    description: "Times Scott's bandwidth s n^(-1/5); 1 is the paper's setting.",
    default: 1,
    min: 0.25,
    max: 3,
    step: 0.25,
  }),
}

/** View, heights, scale and smoothing of every density figure. */
export const densityOptions = {
  view: choice(
    { density: 'Density', histogram: 'Histogram', cumulative: 'Cumulative' },
    {
      title: 'View',
      description:
        'Bars with a smooth curve, bars of rows, or the share of values up to each point.',
      inline: true,
    },
  ),
  heights: heightsOption.heights.default('count'),
  scale: scaleOption('values'),
  ...bandwidthOption,
}

/** What the panels of a figure that pools rows are split by. */
export const panelsOption = {
  rows: choice(
    { evolver: 'Evolvers', cell: 'Cells', [ALL]: 'One panel' },
    {
      title: 'Panels',
      description: 'What the panels are split by, downwards; the rest is pooled.',
    },
  ),
}

/** How a figure of two columns is split and drawn. */
export const pointOptions = {
  view: choice(
    { hexbin: 'Hexagons', points: 'Points' },
    {
      title: 'View',
      description:
        'All rows counted in hexagons, or single rows: at most 2,000, drawn with a seed.',
      inline: true,
    },
  ),
  ...panelsOption,
  ...columnsOption,
  ...axisOption,
}

/** Scale of the axis of this name. */
export function scaleOption(axis: string) {
  return choice(
    { linear: 'Linear', log: 'Logarithmic' },
    {
      title: `Scale of ${axis}`,
      description: 'Of the values. A logarithmic one shows values above 0 only.',
    },
  )
}
