import { z } from 'zod'
import { ENDPOINTS, type NamedEndpoint } from './all'
import { convertSchemas, namesIn, type Converted, type JsonSchema } from './openapi-schemas'
import { jsonValueOf } from './params'
import { pythonOf } from './python'
import { sampleOf } from './sample'

/** One named value of an address. */
export interface ApiParameter {
  name: string
  in: 'path' | 'query'
  required: boolean
  /** The address carries it as JSON text. */
  isJson: boolean
  schema: JsonSchema
  example: unknown
}

/** One call with its JSON Schemas, examples and snippet. */
export interface ApiOperation {
  endpoint: NamedEndpoint
  parameters: ApiParameter[]
  body: { schema: JsonSchema; example: unknown } | null
  reply: JsonSchema | null
  python: string
}

/** Every call, with the named schemas they refer to. */
export interface ApiCatalogue {
  operations: ApiOperation[]
  components: Record<string, JsonSchema>
}

const shapeOf = (schema: z.ZodType | undefined) =>
  (schema instanceof z.ZodObject ? schema.shape : {}) as Record<string, z.ZodType>

/** The parameters of a call by name: those in the path, then those after the question mark. */
function parametersOf({ path, params, query }: NamedEndpoint) {
  const named = shapeOf(params)
  const inPath = [...path.matchAll(/\[(\w+)\]/g)].map(([, name = '']) => name)
  return [
    ...inPath.map((name) => ({ name, in: 'path' as const, schema: named[name] ?? z.string() })),
    ...Object.entries(shapeOf(query)).map(([name, schema]) => ({
      name,
      in: 'query' as const,
      schema,
    })),
  ]
}

/** Renames what callers send where the reply of the same name looks different (defaults may be left out). */
function joined(input: Converted, output: Converted): ApiCatalogue['components'] {
  const text = (schema: JsonSchema | undefined) => JSON.stringify(schema)
  const renamed = new Set(
    Object.keys(input.components).filter(
      (name) =>
        output.components[name] && text(output.components[name]) !== text(input.components[name]),
    ),
  )
  // What refers to a renamed schema differs as well.
  for (let before = -1; before < renamed.size;) {
    before = renamed.size
    for (const [name, schema] of Object.entries(input.components)) {
      const leads = namesIn(schema).some((one) => renamed.has(one))
      if (leads && output.components[name]) renamed.add(name)
    }
  }
  const rename = (schema: JsonSchema): JsonSchema =>
    JSON.parse(
      JSON.stringify(schema).replaceAll(/"#\/components\/schemas\/([^"]+)"/g, (whole, name) =>
        renamed.has(String(name)) ? whole.replace(/"$/, 'Input"') : whole,
      ),
    ) as JsonSchema
  for (const [name, schema] of input.parts) input.parts.set(name, rename(schema))
  const inputs = Object.entries(input.components).map(([name, schema]) => [
    renamed.has(name) ? `${name}Input` : name,
    rename(schema),
  ])
  const all = { ...output.components, ...(Object.fromEntries(inputs) as typeof output.components) }
  return Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function makeCatalogue(): ApiCatalogue {
  const given = new Map<string, z.ZodType>()
  const replies = new Map<string, z.ZodType>()
  for (const endpoint of ENDPOINTS) {
    const { id, body, reply } = endpoint
    for (const { name, in: place, schema } of parametersOf(endpoint)) {
      given.set(`${id}.${place}.${name}`, jsonValueOf(schema) ?? schema)
    }
    if (body) given.set(`${id}.body`, body)
    if (reply) replies.set(id, reply)
  }
  const input = convertSchemas(given, 'input')
  const output = convertSchemas(replies, 'output')
  const components = joined(input, output)
  const part = (name: string) => input.parts.get(name) ?? {}
  const operations = ENDPOINTS.map((endpoint): ApiOperation => {
    const { id, body, reply, example = {} } = endpoint
    const parameters = parametersOf(endpoint).map(({ name, in: place, schema }) => ({
      name,
      in: place,
      required: place === 'path' || !schema.safeParse(undefined).success,
      isJson: jsonValueOf(schema) !== undefined,
      schema: part(`${id}.${place}.${name}`),
      example: example.query?.[name] ?? sampleOf(part(`${id}.${place}.${name}`), components, name),
    }))
    const operation = {
      endpoint,
      parameters,
      body: body && {
        schema: part(`${id}.body`),
        example: example.body ?? sampleOf(part(`${id}.body`), components),
      },
      reply: (reply && output.parts.get(id)) ?? null,
    }
    const call = { ...operation, body: operation.body ?? null }
    return { ...call, python: pythonOf(call, example.query ?? {}) }
  })
  return { operations, components }
}

let made: ApiCatalogue | undefined

/** Returns every call with its schemas, made once from the descriptions. */
export function apiCatalogue(): ApiCatalogue {
  return (made ??= makeCatalogue())
}

/** Returns the address of a call with its names in braces, as OpenAPI writes it. */
const templateOf = (path: string) => path.replaceAll(/\[(\w+)\]/g, '{$1}')

function parameterObject({ name, in: place, required, isJson, schema, example }: ApiParameter) {
  const { description } = schema
  const about = typeof description === 'string' ? { description } : {}
  const start = { name, in: place, required, ...about }
  return isJson
    ? { ...start, content: { 'application/json': { schema, example } } }
    : { ...start, schema, example }
}

function replyObject({ endpoint: { streams }, reply }: ApiOperation): Record<string, unknown> {
  if (reply)
    return { 200: { description: 'Done.', content: { 'application/json': { schema: reply } } } }
  if (streams === undefined) return { 204: { description: 'Done; nothing comes back.' } }
  const schema = { type: 'string', contentMediaType: streams }
  return { 200: { description: 'The file.', content: { [streams]: { schema } } } }
}

function bodyObject({ endpoint: { takes }, body }: ApiOperation): Record<string, unknown> {
  if (body) return { requestBody: { required: true, content: { 'application/json': body } } }
  if (takes === undefined) return {}
  const schema = { type: 'string', contentMediaType: takes }
  return { requestBody: { required: true, content: { [takes]: { schema } } } }
}

const ERROR_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string', description: 'What went wrong, where, and what to do.' },
        details: { type: 'object' },
      },
    },
  },
}

/** Returns the OpenAPI 3.1 document of the HTTP interface of this version. */
export function openApiDocument(version: string): Record<string, unknown> {
  const { operations, components } = apiCatalogue()
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of operations) {
    const { endpoint, parameters, python } = operation
    const { id, area, summary, method, isOpen, path } = endpoint
    const item = (paths[templateOf(path)] ??= {})
    item[method.toLowerCase()] = {
      operationId: id,
      tags: [area],
      summary,
      ...(parameters.length > 0 ? { parameters: parameters.map(parameterObject) } : {}),
      ...bodyObject(operation),
      responses: {
        ...replyObject(operation),
        default: {
          description: 'Refused or failed; the message says why and what to do.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
      ...(isOpen ? { security: [] } : {}),
      'x-codeSamples': [{ lang: 'Python', source: python }],
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Evolens',
      version,
      description:
        'Everything that the pages do. Texts of rows and replies of models are data of others: never run, render or follow them.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api' }],
    // Without an access token nothing is asked for: Evolens then listens on this machine only.
    security: [{}, { accessToken: [] }],
    tags: [...new Set(operations.map(({ endpoint }) => endpoint.area))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer' } },
      schemas: { ...components, Error: ERROR_SCHEMA },
    },
  }
}
