import type { Db } from '@/db/client'
import { UNSTATED, unknownModel, type StoredResult } from '@/lib/contracts/results'
import { pairParts, pairRuns, type PairPart, type PairRun } from './verdicts'

/** The three numbers of one file that a judge model compared with another. */
function resultsOf({ run }: PairRun, part: PairPart, first: number): StoredResult[] {
  const { seedSetKey, seedSet, armKey, round, label, against, win, tie, lose } = part
  const { model, prompts, params, metricVersion } = run.definition
  const temperature = params['temperature']
  const isSampled = typeof temperature === 'number' && temperature > 0
  const judge = typeof model?.['model'] === 'string' ? model['model'] : 'model not known'
  return Object.entries({ win, tie, lose }).map(([metric, value], at): StoredResult => ({
    ...UNSTATED,
    model: label,
    benchmark: `${run.metricLabel}: ${seedSet}`,
    subBenchmark: against === null ? null : `against ${against}`,
    metric,
    value,
    missing: null,
    written: String(value),
    unit: 'count',
    n: win + tie + lose,
    k: null,
    isShare: false,
    // Verdicts of different judge models, decodings or prompts do not stand side by side.
    harness: isSampled ? `${judge}, temperature ${temperature}` : judge,
    harnessVersion: String(metricVersion),
    fewShot: 0,
    templateHash: prompts[0]?.hash ?? null,
    place: part.cell.id,
    no: -(first + at + 1),
    fileId: run.id,
    fileName: `${run.metricLabel}, ${judge}`,
    source: 'pairs',
    mapping: { ...unknownModel(), armKey, round, seedSets: [seedSetKey] },
    attainable: null,
    items: 0,
    itemsOf: null,
  }))
}

/** Returns wins, ties and losses of the study's judged pairs as benchmark results, for figures that draw those. */
export function pairResults(db: Db, studyId: string): StoredResult[] {
  const parts = pairParts(db, studyId)
  const results: StoredResult[] = []
  for (const pairs of pairRuns(db, studyId)) {
    for (const part of parts(pairs)) results.push(...resultsOf(pairs, part, results.length))
  }
  return results
}
