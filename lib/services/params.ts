import { z } from 'zod'
import type { ParamInfo } from '@/lib/contracts/compute'

interface FieldSchema {
  type?: string | string[]
  enum?: unknown[]
  anyOf?: FieldSchema[]
  default?: unknown
  description?: string
  maxLength?: number
}

// Longer texts get a box of several lines.
const LONG_TEXT = 1000

function fieldType(field: FieldSchema): Pick<ParamInfo, 'type' | 'options'> {
  const choices = field.anyOf?.filter((entry) => entry.type !== 'null')
  if (choices?.length === 1) return fieldType(choices[0] as FieldSchema)
  const values = field.enum?.filter((entry) => entry !== null)
  if (values) return { type: 'enum', options: values.map(String) }
  const types = [field.type ?? 'string'].flat()
  if (types.includes('boolean')) return { type: 'boolean', options: null }
  if (types.includes('number') || types.includes('integer')) return { type: 'number', options: null }
  return { type: (field.maxLength ?? 0) > LONG_TEXT ? 'text' : 'string', options: null }
}

/** Returns the fields of a zod object as a form draws them; a schema that is not an object has none. */
export function describeParams(schema: z.ZodType): ParamInfo[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, FieldSchema>
  }
  return Object.entries(json.properties ?? {}).map(([name, field]) => ({
    name,
    ...fieldType(field),
    default: field.default ?? null,
    description: field.description ?? '',
  }))
}
