import { z } from 'zod'
import { OWN_COLUMNS } from '@/lib/contracts/figure'
import type { OptionField } from '../types'

interface Text {
  title: string
  description: string
  inline?: boolean
}

/** Returns a choice among named values; the first is the default unless one is given. */
export function choice<const L extends Record<string, string>>(
  labels: L,
  text: Text & { default?: keyof L & string },
) {
  const values = Object.keys(labels) as (keyof L & string)[]
  const { default: preset, ...meta } = text
  return z
    .enum(values as [keyof L & string, ...(keyof L & string)[]])
    .default((preset ?? values[0]) as never)
    .meta({ ...meta, labels })
}

// As column ids are written: `<metric>.<output>`.
const COLUMN_ID = /^[a-z0-9_]+\.[A-Za-z0-9_-]+$/

/** Returns a choice among named values that takes column ids of the study as well, for columns that users make. */
export function choiceOrColumn<const L extends Record<string, string>>(
  labels: L,
  text: Text,
  ownColumns: (typeof OWN_COLUMNS)[number] = 'numbers',
) {
  const values = Object.keys(labels) as [string, ...string[]]
  return z
    .union([z.enum(values), z.string().regex(COLUMN_ID)])
    .default(values[0])
    .meta({ ...text, labels, ownColumns })
}

/** Returns an on/off option. */
export function toggle(text: Text & { default: boolean }) {
  const { default: preset, ...meta } = text
  return z.boolean().default(preset).meta(meta)
}

/** Returns a number option within bounds; `step` is the distance of the slider's stops. */
export function amount(text: Text & { default: number; min: number; max: number; step: number }) {
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

const scalar = z.union([z.string(), z.number(), z.boolean()])
const propertySchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  anyOf: z.array(z.looseObject({ enum: z.array(z.string()).optional() })).optional(),
  ownColumns: z.enum(OWN_COLUMNS).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  title: z.string(),
  description: z.string(),
  default: scalar,
  step: z.number().optional(),
  inline: z.boolean().optional(),
  labels: z.record(z.string(), z.string()).optional(),
})

/** Returns the form controls of an options schema; throws when a field lacks title, description or default. */
export function describeOptions(schema: z.ZodType): OptionField[] {
  const json = z.toJSONSchema(schema, { io: 'input' }) as { properties?: Record<string, unknown> }
  return Object.entries(json.properties ?? {}).map(([name, raw]) => {
    const property = propertySchema.parse(raw)
    const named = property.enum ?? property.anyOf?.[0]?.enum
    const kind = named ? 'choice' : property.type === 'boolean' ? 'switch' : 'number'
    return {
      name,
      title: property.title,
      description: property.description,
      kind,
      choices: (named ?? []).map((value) => ({
        value,
        label: property.labels?.[value] ?? value,
      })),
      ...(property.ownColumns ? { ownColumns: property.ownColumns } : {}),
      min: property.minimum ?? null,
      max: property.maximum ?? null,
      step: property.step ?? null,
      default: property.default,
      inline: property.inline ?? false,
    }
  })
}
