import { z } from 'zod'
import type { ParamInfo } from './compute'

interface JsonProperty {
  type?: string
  enum?: unknown[]
  default?: unknown
  description?: string
  maxLength?: number
  /** Id of the prompt whose stored versions the field offers. */
  prompt?: string
  /** What of a study the field names. */
  names?: ParamInfo['names']
  /** Set together with another field, so it has no control of its own. */
  hidden?: boolean
  anyOf?: JsonProperty[]
}

// Longer texts get a text area instead of a line.
const LINE_LENGTH = 200

function paramType(property: JsonProperty): ParamInfo['type'] {
  // A nullable field is described as "this or null".
  const own = property.anyOf?.find(({ type }) => type !== 'null') ?? property
  if (own.enum) return 'enum'
  if (own.type === 'boolean') return 'boolean'
  if (own.type === 'number' || own.type === 'integer') return 'number'
  return (own.maxLength ?? 0) > LINE_LENGTH ? 'text' : 'string'
}

/** Returns the names of fields that one control can hold: no lists, no groups of fields, no constants. */
export function plainFields(schema: z.ZodType): string[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as {
    properties?: Record<string, JsonProperty & { const?: unknown }>
  }
  const isPlain = ({ type }: JsonProperty) =>
    type !== undefined && type !== 'object' && type !== 'array'
  return Object.entries(properties)
    .filter(
      ([, property]) =>
        property.const === undefined && (property.anyOf ?? [property]).every(isPlain),
    )
    .map(([name]) => name)
}

/** Returns the fields of a parameter schema as plain data: name, type, choices, default, help text. */
export function describeParams(schema: z.ZodType): ParamInfo[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as {
    properties?: Record<string, JsonProperty>
  }
  const shown = Object.entries(properties).filter(([, property]) => property.hidden !== true)
  return shown.map(([name, property]) => ({
    name,
    type: paramType(property),
    options: property.enum ? property.enum.map(String) : null,
    default: property.default ?? null,
    description: property.description ?? '',
    ...(property.prompt === undefined ? {} : { prompt: property.prompt }),
    ...(property.names === undefined ? {} : { names: property.names }),
  }))
}
