import { z } from 'zod'
import { numbersOrNull, texts } from './fields'
import { COLUMN_SHAPES } from './column-kinds'

/** What of the study's benchmark results an option may name. */
const OF_RESULTS = ['student', 'metric', 'writer', 'run'] as const
export type OfResults = (typeof OF_RESULTS)[number]

/** One option as a form control; drawn from the schema of the thing that has it. */
export const optionFieldSchema = z.object({
  ...texts('name', 'title', 'description'),
  kind: z.enum(['choice', 'switch', 'number', 'text']),
  choices: z.array(z.object({ value: z.string(), label: z.string() })),
  /** Set where columns of the study of these shapes are choices as well; the service adds those with values. */
  columns: z.array(z.enum(COLUMN_SHAPES)).exactOptional(),
  /** Set where the study's saved exports are choices as well; the service adds them. */
  exports: z.literal(true).exactOptional(),
  /** Set where every number of a measure of a set is a choice; the service adds those that the schema does not name. */
  setMeasures: z.literal(true).exactOptional(),
  /** Set where names in the study's benchmark results are choices; the service adds those that it has. */
  ofResults: z.enum(OF_RESULTS).exactOptional(),
  /** Set where backends with this capability are proposed; the page asks for them. */
  backends: z.string().exactOptional(),
  ...numbersOrNull('min', 'max', 'step'),
  default: z.union([z.string(), z.number(), z.boolean()]),
  /** Shown beside the title instead of in the menu. */
  inline: z.boolean(),
})
export type OptionField = z.infer<typeof optionFieldSchema>

/** How an option is named and explained. */
export interface OptionText {
  title: string
  description: string
  inline?: boolean
}

/** Returns a choice among named values; the first is the default unless one is given. */
export function choice<const L extends Record<string, string>>(
  labels: L,
  text: OptionText & { default?: keyof L & string },
) {
  const values = Object.keys(labels) as (keyof L & string)[]
  const { default: preset, ...meta } = text
  return z
    .enum(values as [keyof L & string, ...(keyof L & string)[]])
    .default((preset ?? values[0]) as never)
    .meta({ ...meta, labels })
}

/** Returns an on/off option. */
export function toggle(text: OptionText & { default: boolean }) {
  const { default: preset, ...meta } = text
  return z.boolean().default(preset).meta(meta)
}

const scalar = z.union([z.string(), z.number(), z.boolean()])
const propertySchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  columns: z.array(z.enum(COLUMN_SHAPES)).optional(),
  exports: z.literal(true).optional(),
  setMeasures: z.literal(true).optional(),
  ofResults: z.enum(OF_RESULTS).optional(),
  backends: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  ...texts('title', 'description'),
  default: scalar,
  step: z.number().optional(),
  inline: z.boolean().optional(),
  labels: z.record(z.string(), z.string()).optional(),
})

/** What draws the options that no list of choices stands for. */
const KINDS: Record<string, OptionField['kind']> = { boolean: 'switch', string: 'text' }

/** Returns the form controls of an options schema; throws when a field lacks title, description or default. */
export function describeOptions(schema: z.ZodType): OptionField[] {
  const json = z.toJSONSchema(schema, { io: 'input' }) as { properties?: Record<string, unknown> }
  return Object.entries(json.properties ?? {}).map(([name, raw]) => {
    const property = propertySchema.parse(raw)
    const { columns, exports, setMeasures, ofResults, backends, labels = {} } = property
    const named =
      property.enum ?? (columns || setMeasures || ofResults ? Object.keys(labels) : null)
    return {
      name,
      title: property.title,
      description: property.description,
      kind: named ? 'choice' : (KINDS[property.type ?? ''] ?? 'number'),
      choices: (named ?? []).map((value) => ({
        value,
        label: labels[value] ?? value,
      })),
      ...(columns ? { columns } : {}),
      ...(exports ? { exports } : {}),
      ...(setMeasures ? { setMeasures } : {}),
      ...(ofResults ? { ofResults } : {}),
      ...(backends ? { backends } : {}),
      min: property.minimum ?? null,
      max: property.maximum ?? null,
      step: property.step ?? null,
      default: property.default,
      inline: property.inline ?? false,
    }
  })
}
