import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { apiDocumentSchema } from '@/lib/contracts/api-document'
import { ENDPOINTS } from './all'
import { apiCatalogue, openApiDocument } from './openapi'
import { namesIn } from './openapi-schemas'

const written = JSON.parse(JSON.stringify(openApiDocument('1.2.3'))) as Record<string, unknown>
const parsed = apiDocumentSchema.parse(written)
const { operations } = apiCatalogue()

const operationsOf = Object.entries(parsed.paths).flatMap(([address, item]) =>
  Object.entries(item).map(([method, operation]) => ({ address, method, operation })),
)

/** Every method that a route file below app/api exports, as OpenAPI writes it. */
function routes(): string[] {
  const files = fs.readdirSync('app/api', { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => path.basename(file) === 'route.ts')
    .flatMap((file) => {
      const text = fs.readFileSync(path.join('app/api', file), 'utf8')
      const address = `/${path.dirname(file).replaceAll('[', '{').replaceAll(']', '}')}`
      return [...text.matchAll(/^export const ([A-Z]+) = /gm)].map(
        ([, method = '']) => `${method.toLowerCase()} ${address}`,
      )
    })
}

describe('the OpenAPI document', () => {
  it('has every route of the server, and nothing else', () => {
    const described = operationsOf.map(({ method, address }) => `${method} ${address}`)
    expect(described.toSorted()).toEqual(routes().toSorted())
    expect(new Set(ENDPOINTS.map(({ id }) => id)).size).toBe(ENDPOINTS.length)
  })

  it('is well formed: references lead somewhere, parameters are those of the path, names are unique', () => {
    const schemas = Object.keys(parsed.components.schemas)
    expect(namesIn(written).filter((name) => !schemas.includes(name))).toEqual([])
    // What a document of its own would have, and what nothing leads to.
    expect(JSON.stringify(written)).not.toMatch(/"\$(id|schema|defs)":|__shared/)
    const used = new Set(namesIn(written))
    expect(schemas.filter((name) => !used.has(name))).toEqual([])
    expect(schemas.filter((name) => !/^[\w.-]+$/.test(name))).toEqual([])
    const ids = operationsOf.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { address, operation } of operationsOf) {
      const named = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path')
      expect(inPath.map(({ name }) => name)).toEqual(named)
      expect(inPath.every(({ required }) => required)).toBe(true)
      for (const parameter of operation.parameters ?? [])
        expect([parameter.name, 'schema' in parameter !== 'content' in parameter]).toEqual([
          parameter.name,
          true,
        ])
      expect(Object.keys(operation.responses)).toContain('default')
    }
  })

  it('writes JSON in an address as JSON, with the shape of its value', () => {
    const rows = parsed.paths['/studies/{studyId}/rows']?.['get']
    const state = rows?.parameters?.find(({ name }) => name === 'state')
    expect(state?.required).toBe(false)
    expect(state?.content?.['application/json']).toMatchObject({
      schema: { type: 'object', properties: { filter: {}, sort: {}, columns: {} } },
    })
    const pair = parsed.paths['/studies/{studyId}/compare']?.['get']
    expect(pair?.parameters?.find(({ name }) => name === 'state')?.required).toBe(true)
  })

  it('describes the conditions of a filter, which refer to themselves', () => {
    const { schemas } = parsed.components
    expect(schemas['ConditionInput']).toEqual({ $ref: '#/components/schemas/ConditionShapeInput' })
    expect(namesIn(schemas['ConditionShapeInput'])).toContain('AtomInput')
  })

  it('knows every file of contracts that has schemas, so that no shape is written twice or leads nowhere', () => {
    const source = fs.readFileSync('lib/api/openapi-schemas.ts', 'utf8')
    const files = fs.readdirSync('lib/contracts').filter((file) => !file.includes('.test.'))
    const unknown = files.filter((file) => {
      const text = fs.readFileSync(path.join('lib/contracts', file), 'utf8')
      return (
        /^export const \w+Schema\b/m.test(text) &&
        !source.includes(`'@/lib/contracts/${path.basename(file, '.ts')}'`)
      )
    })
    // The document does not describe itself.
    expect(unknown).toEqual(['api-document.ts'])
  })

  it('lets callers leave out what has a default, which replies always have', () => {
    const { schemas } = parsed.components
    expect(schemas['RowSortInput']?.['required']).toBeUndefined()
    expect(schemas['ViewState']?.['required']).toEqual(['filter', 'sort', 'columns'])
  })
})

describe('examples', () => {
  const shapeOf = (schema: z.ZodType | undefined) =>
    (schema as { shape?: Record<string, z.ZodType> } | undefined)?.shape ?? {}

  it.each(operations.map((one) => [one.endpoint.id, one] as const))('of %s are taken', (_, one) => {
    const { endpoint, parameters, body } = one
    expect(endpoint.body?.safeParse(body?.example).error).toBeUndefined()
    for (const { name, in: place, isJson, example } of parameters) {
      const schema = shapeOf(place === 'path' ? endpoint.params : endpoint.query)[name]
      const text = isJson ? JSON.stringify(example) : String(example)
      expect([name, schema?.safeParse(text).error]).toEqual([name, undefined])
    }
    // A name that the call does not know would be dropped in silence.
    const known = parameters.map(({ name }) => name)
    const given = Object.keys(endpoint.example?.query ?? {})
    expect(given.filter((name) => !known.includes(name))).toEqual([])
  })
})
