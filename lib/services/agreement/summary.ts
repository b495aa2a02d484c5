import type { Db } from '@/db/client'
import type { JudgingSummary } from '@/lib/contracts/agreement'
import { countRatings, ratingOutput, readRatings, shareOf } from './ratings'
import { isPairRun } from '../pairs/verdicts'
import { columnReader } from '../columns'
import { getRun, getRunRow } from '../runs'

// Above this the scale no longer tells hard rows from harder ones (paper overview, figure 2).
const SATURATED = 0.5

/**
 * Returns how a judge's replies were read (exact and tolerant side by side) and how many ratings are at the top of the
 * scale; null for runs that hold no ratings.
 */
export async function judgingSummary(db: Db, runId: string): Promise<JudgingSummary | null> {
  const run = getRun(db, runId)
  const output = ratingOutput(run)
  // Winning often is no full scale.
  if (!output?.range || isPairRun(run)) return null
  const { studyId } = getRunRow(db, runId)
  const cells = await readRatings(db, studyId, columnReader(db, studyId), run, output)
  const max = output.range[1]
  const { asked, rated, top, statuses } = countRatings(cells, max)
  const { constrained, parse } = run.definition.params
  const isConstrained = constrained === 'always'
  // A rating from log-probabilities is not parsed at all.
  const isParsed = parse === 'exact' || parse === 'tolerant'
  const isFree = isParsed && !isConstrained && run.definition.params['reading'] !== 'expected'
  const exact = statuses['ok'] ?? 0
  return {
    asked,
    exact: isFree ? exact : null,
    tolerant: isFree && parse === 'tolerant' ? exact + (statuses['repaired'] ?? 0) : null,
    schema: isConstrained ? exact : null,
    ceiling: shareOf(top, rated),
    top: output.levels ? (output.levels.at(-1) as string) : String(max),
    saturated: rated > 0 && top / rated > SATURATED,
  }
}
