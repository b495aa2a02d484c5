import type { Finding } from '@/lib/contracts/claims'
import type { RunInfo } from '@/lib/contracts/study'
import { agreement } from '../../agreement'
import { modelOf } from '../deviations'
import type { ClaimStudy, Outcome } from '../study'
import { emptyFinding } from '../verdict'
import { DIFFICULTY } from './difficulty'

/** The run that a column shows and the largest one by another judge; null where one of them is missing. */
function judgesOf({ detail }: ClaimStudy, columnId: string): [RunInfo, RunInfo] | null {
  const shown = detail.columns.find(({ id }) => id === columnId)?.runId
  const first = detail.runs.find(({ id }) => id === shown)
  const [second] = detail.runs
    .filter(
      (run) => run.metric === first?.metric && run.valued > 0 && modelOf(run) !== modelOf(first),
    )
    .toSorted((a, b) => b.valued - a.valued)
  return first && second ? [first, second] : null
}

/** Returns how well a second judge agrees with the one whose ratings are used, where the study has two; shown, not judged. */
export async function secondJudge(study: ClaimStudy): Promise<Outcome> {
  const findings: Finding[] = []
  for (const { id } of DIFFICULTY) {
    const judges = judgesOf(study, id)
    if (!judges) continue
    const [first, second] = judges
    const ids = judges.map((run) => run.id)
    const { report } = await agreement(study.db, study.studyId, ids, study.signal)
    if (!report) continue
    const { kappa, kappaReason, n, clusters } = report
    findings.push(
      emptyFinding({
        label: `Agreement of two judge models, ${first.metricLabel}: quadratic weighted kappa`,
        a: modelOf(first) ?? 'first judge model',
        b: modelOf(second) ?? 'second judge model',
        expected: null,
        effect: kappa?.value ?? null,
        low: kappa?.low ?? null,
        high: kappa?.high ?? null,
        interval: '95 % bootstrap interval, seeds resampled',
        n,
        of: n + report.onlyFirst + report.onlySecond,
        units: clusters,
        runs: ids,
        because: kappa ? 'shown, not judged' : (kappaReason ?? 'no row has both ratings'),
      }),
    )
  }
  return { findings }
}
