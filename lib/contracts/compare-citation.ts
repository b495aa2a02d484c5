import { citationOf, type Citation, type CitedRun, type CitedWork } from './citation'
import type { CompareSummary } from './compare'
import { plural } from './format'
import { comparedPairs } from './compare-report'

/** Returns how a comparison is cited: its sides, its pairs and the runs of its metrics. */
export function comparisonCitation(
  summary: Omit<CompareSummary, 'citation' | 'source' | 'serverMs'>,
  sides: readonly string[],
  source: Pick<CitedWork, 'study' | 'version' | 'at'>,
): Citation {
  const runs = new Map<string, CitedRun>()
  for (const metric of comparedPairs(summary).flatMap(({ metrics }) => metrics)) {
    for (const { runId, definitionHash } of [metric.a, metric.b]) {
      if (runId !== null)
        runs.set(runId, { runId, definitionHash: definitionHash ?? '', model: null })
    }
  }
  return citationOf({
    ...source,
    kind: 'comparison',
    title: sides.join(' against '),
    basis: `${plural(summary.aligned, 'aligned pair')}; ${summary.metrics.map(({ label }) => label).join(', ')}${summary.unitName === 'seed' ? '' : `; unit: ${summary.unitName}`}`,
    runs: [...runs.values()],
  })
}
