import { z } from 'zod'
import * as agreement from '@/lib/contracts/agreement'
import * as backends from '@/lib/contracts/backends'
import * as backup from '@/lib/contracts/backup'
import * as blind from '@/lib/contracts/blind'
import * as cell from '@/lib/contracts/cell'
import * as citation from '@/lib/contracts/citation'
import * as claims from '@/lib/contracts/claims'
import * as columnFilter from '@/lib/contracts/column-filter'
import * as comparePairs from '@/lib/contracts/compare-pairs'
import * as compare from '@/lib/contracts/compare'
import * as compute from '@/lib/contracts/compute'
import * as condition from '@/lib/contracts/condition'
import * as decisions from '@/lib/contracts/decisions'
import * as description from '@/lib/contracts/description'
import * as experimentPlan from '@/lib/contracts/experiment-plan'
import * as experimentScenarios from '@/lib/contracts/experiment-scenarios'
import * as experimentStages from '@/lib/contracts/experiment-stages'
import * as experimentTrial from '@/lib/contracts/experiment-trial'
import * as exports from '@/lib/contracts/export'
import * as facets from '@/lib/contracts/facets'
import * as figure from '@/lib/contracts/figure'
import * as filter from '@/lib/contracts/filter'
import * as find from '@/lib/contracts/find'
import * as formula from '@/lib/contracts/formula'
import * as hub from '@/lib/contracts/hub'
import * as importMatrix from '@/lib/contracts/import-matrix'
import * as importQuestions from '@/lib/contracts/import-questions'
import * as importedValues from '@/lib/contracts/imported-values'
import * as job from '@/lib/contracts/job'
import * as limits from '@/lib/contracts/limits'
import * as lineage from '@/lib/contracts/lineage'
import * as map from '@/lib/contracts/map'
import * as measure from '@/lib/contracts/measure'
import * as merge from '@/lib/contracts/merge'
import * as meter from '@/lib/contracts/meter'
import * as model from '@/lib/contracts/model'
import * as opening from '@/lib/contracts/opening'
import * as operators from '@/lib/contracts/operators'
import * as options from '@/lib/contracts/options'
import * as pairs from '@/lib/contracts/pairs'
import * as picture from '@/lib/contracts/picture'
import * as plainObject from '@/lib/contracts/plain-object'
import * as probeSteps from '@/lib/contracts/probe-steps'
import * as prompts from '@/lib/contracts/prompts'
import * as responses from '@/lib/contracts/responses'
import * as results from '@/lib/contracts/results'
import * as rows from '@/lib/contracts/rows'
import * as runReplies from '@/lib/contracts/run-replies'
import * as run from '@/lib/contracts/run'
import * as storage from '@/lib/contracts/storage'
import * as study from '@/lib/contracts/study'
import * as sandbox from '@/lib/contracts/sandbox'
import * as subset from '@/lib/contracts/subset'
import * as tiles from '@/lib/contracts/tiles'
import * as tokenStrip from '@/lib/contracts/token-strip'
import * as uploads from '@/lib/contracts/uploads'
import * as valuesFile from '@/lib/contracts/values-file'
import * as views from '@/lib/contracts/views'

/** Modules whose exported schemas get a name of their own in the document: `rowFilterSchema` is `RowFilter`. */
const CONTRACTS: readonly Record<string, unknown>[] = [
  agreement,
  backends,
  backup,
  blind,
  cell,
  citation,
  claims,
  columnFilter,
  comparePairs,
  compare,
  compute,
  condition,
  decisions,
  description,
  experimentPlan,
  experimentScenarios,
  experimentStages,
  experimentTrial,
  exports,
  facets,
  figure,
  filter,
  find,
  formula,
  hub,
  importMatrix,
  importQuestions,
  importedValues,
  job,
  limits,
  lineage,
  map,
  measure,
  merge,
  meter,
  model,
  opening,
  operators,
  options,
  pairs,
  picture,
  plainObject,
  probeSteps,
  prompts,
  responses,
  results,
  rows,
  runReplies,
  run,
  storage,
  study,
  sandbox,
  subset,
  tiles,
  tokenStrip,
  uploads,
  valuesFile,
  views,
]

/** A JSON Schema, as OpenAPI 3.1 has it. */
export type JsonSchema = Record<string, unknown>

/** JSON Schemas of some parts, and those that they refer to by name. */
export interface Converted {
  parts: Map<string, JsonSchema>
  components: Record<string, JsonSchema>
}

const PLACE = '#/components/schemas/'
const SHARED = '__shared'

const titleOf = (name: string) =>
  name.slice(0, 1).toUpperCase() + name.slice(1).replace(/Schema$/, '')

/** What a check in front of a shape leaves of it: zod describes the input of a pipe by its first part, here any value. */
function behindCheck(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const { def } = schema._zod as unknown as {
    def: { type: string; in?: z.core.$ZodType; out?: z.core.$ZodType }
  }
  return def.type === 'pipe' && def.in?._zod.def.type === 'custom' ? def.out : undefined
}

function namedSchemas(): z.core.$ZodRegistry<{ id: string }> {
  const registry = z.registry<{ id: string }>()
  for (const [name, schema] of CONTRACTS.flatMap((contract) => Object.entries(contract))) {
    if (!name.endsWith('Schema') || !(schema instanceof z.ZodType)) continue
    const inner = behindCheck(schema)
    if (!registry.has(schema)) registry.add(schema, { id: titleOf(name) })
    if (inner && !registry.has(inner)) registry.add(inner, { id: `${titleOf(name)}Shape` })
  }
  return registry
}

/** Takes out what belongs to a document of its own, and gives shapes that have no name one in the list of all. */
function cleaned(schema: object): JsonSchema {
  const bare = { ...schema, $schema: undefined, $id: undefined }
  return JSON.parse(
    JSON.stringify(bare).replaceAll(`${PLACE}${SHARED}#/$defs/`, `${PLACE}Shape_`),
  ) as JsonSchema
}

/**
 * Returns schemas as JSON Schemas under their names: what a caller sends (`input`) or what comes back (`output`). Shapes
 * of lib/contracts are referred to, so each is written once.
 */
export function convertSchemas(
  schemas: ReadonlyMap<string, z.ZodType>,
  io: 'input' | 'output',
): Converted {
  const registry = namedSchemas()
  const names = new Map<string, string>()
  for (const [name, schema] of schemas) {
    const known = registry.get(schema)?.id
    if (known === undefined) registry.add(schema, { id: name })
    names.set(name, known ?? name)
  }
  const own = new Set([...names].flatMap(([name, id]) => (name === id ? [id] : [])))
  const made = z.toJSONSchema(registry, {
    io,
    unrepresentable: 'any',
    uri: (id) => `${PLACE}${id}`,
    override: ({ zodSchema, jsonSchema }) => {
      const inner = behindCheck(zodSchema)
      const id = inner && registry.get(inner as z.ZodType)?.id
      if (id && io === 'input') jsonSchema.$ref = `${PLACE}${id}`
      // More fields may come with a later version.
      const { def } = zodSchema._zod as unknown as { def: { type: string; catchall?: unknown } }
      if (io === 'output' && def.type === 'object' && !def.catchall)
        delete jsonSchema.additionalProperties
    },
  }).schemas
  const shared = (made[SHARED] as { $defs?: Record<string, object> } | undefined)?.$defs ?? {}
  const all = new Map<string, JsonSchema>([
    ...Object.entries(made).map(([id, schema]) => [id, cleaned(schema)] as const),
    ...Object.entries(shared).map(([id, schema]) => [`Shape_${id}`, cleaned(schema)] as const),
  ])
  all.delete(SHARED)
  const parts = new Map(
    [...names].map(([name, id]) => [
      name,
      own.has(id) ? (all.get(id) as JsonSchema) : { $ref: `${PLACE}${id}` },
    ]),
  )
  for (const id of own) all.delete(id)
  return { parts, components: reachable([...parts.values()], all) }
}

/** Returns the names that a schema refers to. */
export function namesIn(schema: unknown): string[] {
  return [...JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name = '']) => name,
  )
}

/** Returns those named schemas that some schemas lead to. */
export function reachable(
  from: readonly JsonSchema[],
  all: ReadonlyMap<string, JsonSchema>,
): Record<string, JsonSchema> {
  const found: Record<string, JsonSchema> = {}
  const waiting = namesIn(from)
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const schema = all.get(name)
    if (!schema || Object.hasOwn(found, name)) continue
    found[name] = schema
    waiting.push(...namesIn(schema))
  }
  return found
}
