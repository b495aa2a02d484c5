import type { Finding } from '@/lib/contracts/claims'
import type { RunInfo } from '@/lib/contracts/study'
import { plural } from '@/lib/contracts/format'
import type { ColumnClaim } from '../columns'
import { agreement } from '../../agreement'
import { modelOf } from '../deviations'
import type { ClaimStudy, Outcome, Sides } from '../study'
import { emptyFinding } from '../verdict'
import { DIFFICULTY, inEveryRound } from './difficulty'

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

/** Runs with values by the model that measured, the one that the column shows first; of a model only those of one definition. */
function modelsOf({ detail }: ClaimStudy, columnId: string): [model: string, runs: RunInfo[]][] {
  const shown = detail.columns.find(({ id }) => id === columnId)
  const runs = detail.runs
    .filter(({ metric, valued }) => metric === shown?.fromMetric && valued > 0)
    .toSorted(
      (a, b) =>
        Number(b.id === shown?.runId) - Number(a.id === shown?.runId) || b.valued - a.valued,
    )
  const models = new Map<string, RunInfo[]>()
  for (const run of runs) {
    const model = modelOf(run) ?? 'a model that is not known'
    const own = models.get(model)
    if (!own) models.set(model, [run])
    else if (own[0]?.definitionHash === run.definitionHash) own.push(run)
  }
  return [...models]
}

/** The finding of each part from the run that has most rows of it. */
function fullest(outcomes: readonly Outcome[]): Finding[] {
  const [first, ...others] = outcomes.map(({ findings }) => findings)
  return (first ?? []).map((finding, at) =>
    others.reduce(
      (best, own) => ((own[at]?.n ?? 0) > best.n ? (own[at] as Finding) : best),
      finding,
    ),
  )
}

/** Whether models see the same direction in each part; shown beside what each of them is judged by. */
function sameDirection(models: readonly string[], byModel: readonly Finding[][]): Finding {
  const [first = []] = byModel
  const parts = first.map((_, at) => byModel.map((findings) => findings[at]?.effect ?? null))
  const known = parts.filter((effects) => effects.every((effect) => effect !== null))
  const same = known.filter(
    (effects) => new Set(effects.map((effect) => Math.sign(effect as number))).size === 1,
  )
  return emptyFinding({
    label: 'Measuring models see the same direction',
    a: models.join(', '),
    b: '',
    expected: null,
    n: same.length,
    of: parts.length,
    units: known.length,
    unitName: 'part',
    because: `the same direction in ${same.length} of ${plural(known.length, 'round and seed set', 'rounds and seed sets')}; shown, not judged`,
  })
}

/**
 * Returns a check of one column in every round and seed set, by each model that measured it: what holds must hold by all of
 * them, and whether they see the same direction stands beside.
 */
export function byEveryModel(claim: ColumnClaim) {
  return async (study: ClaimStudy, sides: Sides): Promise<Outcome> => {
    const models = modelsOf(study, claim.id)
    if (models.length < 2) return inEveryRound([claim])(study, sides)
    const byModel: Finding[][] = []
    for (const [model, runs] of models) {
      const outcomes: Outcome[] = []
      for (const { id } of runs) {
        outcomes.push(await inEveryRound([{ ...claim, id: `${claim.id}@${id}` }])(study, sides))
      }
      const named = fullest(outcomes).map((finding) => ({
        ...finding,
        label: `${finding.label}, measured by ${model}`,
      }))
      byModel.push(named)
    }
    const names = models.map(([model]) => model)
    return { findings: [...byModel.flat(), sameDirection(names, byModel)] }
  }
}
