import { z } from 'zod'
import type { MetricInfo, ParamInfo } from '@/lib/contracts/compute'
import type { Metric } from './types'

interface JsonProperty {
  type?: string
  enum?: unknown[]
  default?: unknown
  description?: string
  maxLength?: number
  /** Id of the prompt whose stored versions the field offers. */
  prompt?: string
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
  }))
}

/** Returns a metric as plain data for the browser, which never imports a metric. */
export function describeMetric(metric: Metric): MetricInfo {
  const measured = metric.kind === 'measured'
  return {
    id: metric.id,
    kind: measured ? (metric.isImported ? 'imported' : 'measured') : 'derived',
    version: metric.version,
    label: metric.label,
    description: metric.description,
    formula: metric.formula,
    source: metric.source,
    needs: measured ? [...metric.needs] : [],
    params: measured ? describeParams(metric.params) : [],
    from: metric.kind === 'derived' ? metric.from : null,
    onDemand: measured && metric.onDemand === true,
    ofSet: measured && metric.set !== undefined,
  }
}
