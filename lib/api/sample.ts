import type { JsonSchema } from './openapi-schemas'

const PLACE = '#/components/schemas/'
// Deeper examples than this help nobody.
const DEEPEST = 8

/** Texts that say more than the name of their field, and fit its pattern. */
const TEXTS: Record<string, string> = {
  column: 'instruction_words.with_input',
  columns: 'instruction_words.with_input',
  panels: '1-6',
  url: 'http://127.0.0.1:8000',
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const schemasIn = (value: unknown) => (Array.isArray(value) ? value.filter(isSchema) : [])

function textOf({ maxLength, pattern }: JsonSchema, name: string): string {
  const text = TEXTS[name] ?? name
  const fits = typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text)
  return (fits ? text : 'a.b').slice(0, typeof maxLength === 'number' ? maxLength : undefined)
}

function numberOf({ minimum, exclusiveMinimum }: JsonSchema): number {
  const least = Number(minimum ?? exclusiveMinimum ?? 0)
  return least > 0 ? Math.ceil(exclusiveMinimum === least ? least + 1 : least) : 0
}

/**
 * Returns a value that fits a JSON Schema, with what may not be left out and nothing else. Texts are named after their field:
 * a reader sees where a study's id belongs.
 */
export function sampleOf(
  schema: JsonSchema,
  components: Record<string, JsonSchema>,
  name = 'text',
  depth = 0,
): unknown {
  const inner = (one: JsonSchema, as = name) => sampleOf(one, components, as, depth + 1)
  if (depth > DEEPEST) return null
  if (typeof schema['$ref'] === 'string') {
    return inner(components[schema['$ref'].slice(PLACE.length)] ?? {})
  }
  if ('default' in schema) return schema['default']
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum'])) return schema['enum'][0]
  const [choice] = schemasIn(schema['anyOf'] ?? schema['oneOf'])
  if (choice) return inner(choice)
  if (Array.isArray(schema['allOf'])) {
    return Object.assign({}, ...schemasIn(schema['allOf']).map((one) => inner(one)))
  }
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type']
  if (type === 'object') {
    const properties = schema['properties'] as Record<string, JsonSchema> | undefined
    const required = (schema['required'] ?? []) as string[]
    return Object.fromEntries(
      required.map((field) => [field, inner(properties?.[field] ?? {}, field)]),
    )
  }
  if (type === 'array') {
    const count = Number(schema['minItems'] ?? 0)
    const items = isSchema(schema['items']) ? schema['items'] : {}
    return Array.from({ length: count }, () => inner(items))
  }
  if (type === 'string') return textOf(schema, name)
  if (type === 'number' || type === 'integer') return numberOf(schema)
  if (type === 'boolean') return false
  return type === undefined ? {} : null
}
