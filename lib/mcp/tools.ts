import { apiCatalogue, type ApiOperation } from '@/lib/api/openapi'
import { reachable, type JsonSchema } from '@/lib/api/openapi-schemas'

/** Calls that an assistant may make: those that read. */
const READS = [
  'listStudies',
  'study',
  'columns',
  'listRows',
  'rowDetail',
  'nearbyRows',
  'histogram',
  'facets',
  'conditionCounts',
  'describe',
  'repeats',
  'checkRegex',
  'listDecisions',
  'subsetKit',
  'listSubsets',
  'subsetFunnel',
  'subsetFile',
  'readRuleFile',
  'compareSubsets',
  'listFormulas',
  'previewFormula',
  'operators',
  'lineage',
  'lineageStory',
  'listFigures',
  'figure',
  'picture',
  'compare',
  'comparePair',
  'agreement',
  'listBlind',
  'blindResult',
  'listClaims',
  'checkClaims',
  'listResults',
  'compareResults',
  'paperResults',
  'listRuns',
  'runCard',
  'judging',
  'listResponses',
  'listExperiments',
  'experiment',
  'stageItems',
  'planFile',
  'listMeasures',
  'listMetrics',
  'listViews',
  'listExports',
  'listExportFormats',
  'checkExport',
  'listJobs',
  'getJob',
  'listBackends',
  'listPrompts',
  'system',
] as const

/** Calls that change something or cost something; all of them can be undone or stopped. */
const WRITES = [
  'createStudy',
  'updateStudy',
  'annotate',
  'undoAnnotation',
  'redoAnnotation',
  'saveSubset',
  'addFormula',
  'changeFormula',
  'alignCells',
  'startResponses',
  'changeResponses',
  'startExperiment',
  'retryStage',
  'changePlan',
  'tryPlan',
  'dryRun',
  'compute',
  'actOnJob',
  'pinRun',
  'saveView',
  'saveOwnClaims',
  'importResults',
  'mapModel',
] as const

/** One thing that an assistant can ask for: a call of the HTTP interface. */
export interface McpTool {
  name: string
  description: string
  inputSchema: JsonSchema & { type: 'object' }
  isWrite: boolean
  operation: ApiOperation
}

const PLACE = '#/components/schemas/'
const nameOf = (id: string) => id.replaceAll(/[A-Z]/g, (char) => `_${char.toLowerCase()}`)

/** The shapes that a tool's arguments refer to, inside its own schema. */
function selfContained(schema: JsonSchema): JsonSchema {
  const all = new Map(Object.entries(apiCatalogue().components))
  const own = { ...schema, $defs: reachable([schema], all) }
  return JSON.parse(JSON.stringify(own).replaceAll(PLACE, '#/$defs/')) as JsonSchema
}

function toolOf(id: string, isWrite: boolean): McpTool {
  const operation = apiCatalogue().operations.find(({ endpoint }) => endpoint.id === id)
  if (!operation) throw new Error(`There is no call ${id}.`)
  const { endpoint, parameters, body } = operation
  const properties = {
    ...Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    ...(body ? { body: body.schema } : {}),
  }
  const needed = parameters.filter(({ required }) => required).map(({ name }) => name)
  const inputSchema = selfContained({
    type: 'object',
    properties,
    required: body ? [...needed, 'body'] : needed,
    additionalProperties: false,
  })
  return {
    name: nameOf(id),
    description: endpoint.summary,
    inputSchema: { ...inputSchema, type: 'object' },
    isWrite,
    operation,
  }
}

let made: McpTool[] | undefined

/** Returns every tool, those that only read first. */
export function mcpTools(): readonly McpTool[] {
  return (made ??= [
    ...READS.map((id) => toolOf(id, false)),
    ...WRITES.map((id) => toolOf(id, true)),
  ])
}
