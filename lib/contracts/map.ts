import { z } from 'zod'
import { numbers, texts, textsOrNull } from './fields'
import { formatCount } from './format'
import { LIMITS, nameSchema } from './limits'

/** Points of an area: what a filter carries in an address. */
export const MAX_AREA_POINTS = 200

/** What a map is laid out by. */
export const mapRequestSchema = z.object({
  sample: z
    .number()
    .int()
    .min(100)
    .max(50_000)
    .default(20_000)
    .describe('Rows that are laid out by UMAP; the rest is placed among them.'),
  neighbours: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(15)
    .describe('Nearest rows that each row is joined to: few show detail, many the whole.'),
  seed: z.number().int().min(0).default(1).describe('Random seed of sample and layout.'),
})
export type MapRequest = z.infer<typeof mapRequestSchema>

export const mapDefinitionSchema = mapRequestSchema.extend({
  /** Raised when the same request would give another layout. */
  version: z.literal(1),
  /** The run whose embeddings are laid out. */
  ...texts('runId', 'model', 'textRecipe'),
})
export type MapDefinition = z.infer<typeof mapDefinitionSchema>

export const mapRecordSchema = z.object({
  ...numbers('rows', 'embedded', 'sampled', 'dimension', 'epochs', 'finishedAt', 'seconds'),
})
export type MapRecord = z.infer<typeof mapRecordSchema>

/** A map with its card. */
export const mapInfoSchema = z.object({
  ...texts('id', 'hash'),
  definition: mapDefinitionSchema,
  /** null while it is being laid out. */
  record: mapRecordSchema.nullable(),
  createdAt: z.number(),
  /** Files whose rows it shows, in the order of their points. */
  cells: z.array(z.object({ cellId: z.string(), rows: z.number() })),
  /** Rows of the study, as it is now, in files that are not on it. */
  rowsElsewhere: z.number(),
  /** What the map shows and what not, in sentences. */
  card: z.array(z.string()),
  /** Changes whenever the points do. */
  stamp: z.string(),
})
export type MapInfo = z.infer<typeof mapInfoSchema>

/** The rows inside of a polygon on a map of the study, in the map's own units. */
export const areaAtomSchema = z.object({
  is: z.literal('area'),
  map: nameSchema,
  polygon: z
    .array(z.tuple([z.number(), z.number()]))
    .min(3)
    .max(MAX_AREA_POINTS),
})
export type Area = z.infer<typeof areaAtomSchema>

/** What points are coloured by: where a row comes from, or any column. */
export const mapColourSchema = z.string().max(LIMITS.label).default('arm')
export const ORIGIN_COLOURS = { arm: 'Evolver', round: 'Round', seedSet: 'Seed set' } as const
export type OriginColour = keyof typeof ORIGIN_COLOURS

/** Code of points without a value; set beside it where the filter leaves a row out. */
export const NO_GROUP = 127
export const LEFT_OUT = 128

/** The colours of a map's points under a filter. */
export const mapColoursSchema = z.object({
  label: z.string(),
  /** Evolvers have colours of their own, steps are shades of one, kinds differ. */
  palette: z.enum(['arms', 'steps', 'kinds']),
  groups: z.array(
    z.object({
      label: z.string(),
      ...textsOrNull('armKey'),
      /** Points of the group on the map, and those of them that the filter keeps. */
      ...numbers('rows', 'kept'),
    }),
  ),
  none: z.object(numbers('rows', 'kept')),
  /** Base64 of a deflated byte a point: number of its group or 127, and 128 where the filter leaves it out. */
  packed: z.string(),
})
export type MapColours = z.infer<typeof mapColoursSchema>

/** Returns what a map shows and what not, in sentences. */
export function mapCard(
  { definition, record }: Pick<MapInfo, 'definition' | 'record'>,
  rowsElsewhere: number,
): string[] {
  const { model, neighbours, seed } = definition
  if (!record) return ['This map is being laid out.']
  const { rows, embedded, sampled, dimension, epochs } = record
  const isWhole = sampled === embedded
  const said = [
    `UMAP (${neighbours} nearest rows, least distance 0.1, ${epochs} epochs, random seed ${seed}) of ${isWhole ? `all ${formatCount(sampled)}` : `a random sample of ${formatCount(sampled)} of ${formatCount(embedded)}`} rows with an embedding by ${model} (${dimension} dimensions).`,
  ]
  if (!isWhole) {
    said.push(
      `The other ${formatCount(embedded - sampled)} rows lie at the weighted mean of their ${neighbours} nearest rows of the sample.`,
    )
  }
  if (embedded < rows)
    said.push(`${formatCount(rows - embedded)} rows have no embedding and are not shown.`)
  if (rowsElsewhere > 0) {
    said.push(
      `${formatCount(rowsElsewhere)} rows were imported since and are not shown: lay the map out again.`,
    )
  }
  said.push(
    'Near points are alike. Distances between groups, their sizes and the axes mean nothing.',
  )
  return said
}
