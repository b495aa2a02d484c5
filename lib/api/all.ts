import type { Endpoint } from './endpoint'
import * as agreement from './agreement'
import * as backends from './backends'
import * as backup from './backup'
import * as blind from './blind'
import * as cells from './cells'
import * as claims from './claims'
import * as compare from './compare'
import * as compute from './compute'
import * as decisions from './decisions'
import * as experiments from './experiments'
import * as exports from './export'
import * as figures from './figures'
import * as formulas from './formulas'
import * as hub from './hub'
import * as imports from './imports'
import * as jobs from './jobs'
import * as lineage from './lineage'
import * as maps from './maps'
import * as mcp from './mcp'
import * as measures from './measures'
import * as metrics from './metrics'
import * as models from './models'
import * as prompts from './prompts'
import * as responses from './responses'
import * as results from './results'
import * as rows from './rows'
import * as runs from './runs'
import * as studies from './studies'
import * as subsets from './subsets'
import * as system from './system'
import * as views from './views'

/** Descriptions by the area under which a reader looks for them, in the order of the work. */
const AREAS: Record<string, Record<string, unknown>> = {
  Studies: { ...studies, ...backup },
  Import: { ...imports, ...hub },
  Files: cells,
  Rows: rows,
  Responses: responses,
  Decisions: decisions,
  Subsets: subsets,
  Map: maps,
  Lineage: lineage,
  Formulas: formulas,
  Metrics: metrics,
  Compute: compute,
  Experiments: experiments,
  Runs: runs,
  Jobs: jobs,
  Measures: measures,
  Figures: figures,
  Compare: compare,
  Agreement: agreement,
  'Blind A/B': blind,
  Results: results,
  Claims: claims,
  Export: exports,
  Views: views,
  Prompts: prompts,
  Backends: backends,
  Models: models,
  System: { ...system, ...mcp },
}

/** An endpoint with the name under which programs know it and the area it belongs to. */
export interface NamedEndpoint extends Endpoint {
  id: string
  area: string
}

const SUFFIX = 'Endpoint'

/** Every call of the HTTP interface, in the order of the areas; a call's id is the name of its description. */
export const ENDPOINTS: readonly NamedEndpoint[] = Object.entries(AREAS).flatMap(([area, calls]) =>
  Object.entries(calls)
    .flatMap(([name, call]) =>
      name.endsWith(SUFFIX)
        ? [{ ...(call as Endpoint), id: name.slice(0, -SUFFIX.length), area }]
        : [],
    )
    .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
)
