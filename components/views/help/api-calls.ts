import type { ApiDocument, ApiDocumentOperation } from '@/lib/contracts/api-document'

/** One call as the page lists it. */
export interface ApiCall extends ApiDocumentOperation {
  method: string
  /** Below `/api`. */
  address: string
}

/** Returns the calls of a document in the order of its areas. */
export function callsOf({ paths, tags }: ApiDocument): ApiCall[] {
  const order = new Map(tags.map(({ name }, at) => [name, at]))
  const placeOf = ({ tags: [tag = ''] }: ApiCall) => order.get(tag) ?? order.size
  return Object.entries(paths)
    .flatMap(([address, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        ...operation,
        method: method.toUpperCase(),
        address,
      })),
    )
    .toSorted((a, b) => placeOf(a) - placeOf(b))
}

/** Returns whether every word of a search stands in method, address, name, area or summary of a call. */
export function isFound(call: ApiCall, search: string): boolean {
  const { method, address, operationId, tags, summary } = call
  const text = [method, `/api${address}`, operationId, ...tags, summary].join(' ').toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** Returns a JSON Schema on one line or few, with the names of the shapes that it refers to. */
export function schemaText(schema: unknown, depth = 0): string {
  if (typeof schema !== 'object' || schema === null) return 'any'
  const { $ref, type, properties, required, items, anyOf, oneOf, allOf, ...rest } =
    schema as Record<string, unknown>
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? ''
  if (rest['const'] !== undefined) return JSON.stringify(rest['const'])
  if (Array.isArray(rest['enum'])) return rest['enum'].map((one) => JSON.stringify(one)).join(' | ')
  const choices = anyOf ?? oneOf
  if (Array.isArray(choices)) return choices.map((one) => schemaText(one, depth)).join(' | ')
  if (Array.isArray(allOf)) return allOf.map((one) => schemaText(one, depth)).join(' & ')
  if (type === 'array') return `[${schemaText(items, depth)}]`
  if (type === 'object' && properties) {
    const indent = '  '.repeat(depth + 1)
    const needed = new Set(Array.isArray(required) ? required : [])
    const lines = Object.entries(properties).map(
      ([name, one]) =>
        `${indent}${name}${needed.has(name) ? '' : '?'}: ${schemaText(one, depth + 1)}\n`,
    )
    return `{\n${lines.join('')}${'  '.repeat(depth)}}`
  }
  return Array.isArray(type) ? type.join(' | ') : String(type ?? 'any')
}

/** Returns a JSON Schema as text, and below it the shapes that it names. */
export function shapeText(schema: unknown, shapes: ApiDocument['components']['schemas']): string {
  const names = JSON.stringify(schema ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)
  // A name that stands for another one leads on to that.
  const withNext = (name: string): string[] => {
    const next = shapes[name]?.['$ref']
    return typeof next === 'string' ? [name, ...withNext(schemaText(shapes[name]))] : [name]
  }
  const named = [...new Set([...names].flatMap(([, name = '']) => withNext(name)))].map(
    (name) => `${name} = ${schemaText(shapes[name])}`,
  )
  return [schemaText(schema), ...named].join('\n\n')
}
