import { and, eq, isNull } from 'drizzle-orm'
import { subsets } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import type { Finding } from '@/lib/contracts/claims'
import { benchmarkKey, type StoredResult } from '@/lib/contracts/results'
import { formatMetric, formatSpread } from '@/lib/contracts/format'
import { binomialTwoSided } from '@/lib/stats/distributions'
import { wilsonInterval } from '@/lib/stats/intervals'
import { compareStateSchema } from '@/lib/contracts/compare'
import { compareSummary } from '../../compare'
import { listSetRuns } from '../../measures'
import { columnFindings } from '../columns'
import { filesOf, pairResults, resultFinding, signFinding } from '../results'
import { sharedRounds, sharedSets, type ClaimStudy, type Outcome, type Sides } from '../study'
import { emptyFinding } from '../verdict'
import { withoutRows } from './difficulty'

/** Returns the numbers of set measures of the last shared round, shown beside what is judged: draws of one cell are no sample of cells. */
export async function setNumbers(study: ClaimStudy, sides: Sides): Promise<Outcome> {
  const round = sharedRounds(study, sides).at(-1)
  const findings: Finding[] = []
  for (const run of listSetRuns(study.db, study.studyId).filter(({ pinned }) => pinned)) {
    for (const { key, label, unit } of run.outputs) {
      for (const set of study.detail.seedSets) {
        const [a, b] = [sides.small, sides.large].map((arm) => {
          const cell = run.cells.find(
            (one) => one.armKey === arm.key && one.round === round && one.seedSetKey === set.key,
          )
          return cell?.record?.values[key] ?? null
        })
        if (a?.mean == null || b?.mean == null) continue
        findings.push(
          emptyFinding({
            label: `${label}, round ${round}, ${set.label}`,
            unit,
            expected: null,
            a: `${sides.small.label} ${formatSpread(a.mean, a.sd)}`,
            b: `${sides.large.label} ${formatSpread(b.mean, b.sd)}`,
            meanA: a.mean,
            meanB: b.mean,
            effect: a.mean - b.mean,
            runs: [run.runId],
            because: 'mean and SD over draws of equal size; shown, not judged',
          }),
        )
      }
    }
  }
  return { findings }
}

const SELECTORS = {
  ic_ifd: 'IC-IFD',
  ifd: 'IFD',
  instruction_words: 'length',
  instruction_characters: 'length',
  loss: 'perplexity',
  instruction_loss: 'perplexity',
} as const

/** What an export was selected by, for its results; `all rows` where its filter and order name no metric. */
function selectorsOf(study: ClaimStudy): Map<string, string> {
  const query = study.db
    .select({ id: subsets.id, state: subsets.state })
    .from(subsets)
    .where(and(eq(subsets.studyId, study.studyId), isNull(subsets.deletedAt)))
  return new Map(
    readableRows(() => query.all()).rows.map(({ id, state }) => {
      const column = state.filter.ranges[0]?.column ?? state.sort.column
      const metric = column.split('.')[0] ?? ''
      const isPlain = column === 'position' || column === 'random'
      const known = SELECTORS[metric as keyof typeof SELECTORS]
      return [id, isPlain ? 'all rows' : (known ?? metric)]
    }),
  )
}

/** Returns a check of results of students trained on rows that IC-IFD selected against those of other selections. */
export function selectionCheck(others: readonly string[], only: (result: StoredResult) => boolean) {
  return async (study: ClaimStudy): Promise<Outcome> => {
    const selectors = selectorsOf(study)
    const results = study.results.filter(only)
    const by = (name: string) => (result: StoredResult) =>
      selectors.get(result.mapping.subsetId ?? '') === name
    const findings: Finding[] = []
    const files: string[] = []
    for (const other of others) {
      const paired = pairResults(results, { a: by('IC-IFD'), b: by(other) })
      files.push(...filesOf(paired.pairs))
      const label = `Selected by IC-IFD against ${other}`
      const fields = { label, a: 'IC-IFD', b: other, expected: 'higher' as const }
      findings.push(await resultFinding(study, paired, fields))
    }
    const text =
      'Export the rows with the highest IC-IFD and each other selection on the Export page, train on them, and import the results: the name of the output folder links a result to its export.'
    return {
      findings,
      actions: findings.some(({ n }) => n === 0) ? [{ kind: 'results', text }] : [],
      resultFiles: [...new Set(files)].toSorted(),
    }
  }
}

/** Returns whether a result comes of pairwise judging of responses. */
export function isJudgedPairs({ benchmark, metric }: StoredResult): boolean {
  return benchmarkKey(benchmark).startsWith('alpaca') || /win.?rate/i.test(metric)
}

/** Returns a check whether the sign of a reward difference tells which side trains better students, facet by facet. */
export async function rewardCheck(study: ClaimStudy, sides: Sides): Promise<Outcome> {
  const reward = study.detail.columns.find(
    ({ label, id, shape }) => shape === 'scalar' && /reward/i.test(`${label} ${id}`),
  )
  const { small, large } = sides
  const fields = {
    label: 'Sign of the reward difference against that of the benchmarks',
    a: small.label,
    b: large.label,
    expected: 'lower' as const,
  }
  if (!reward) {
    const because = 'the study has no column of rewards'
    const text = 'Score the rows with a reward model elsewhere and import the values as a column.'
    return {
      findings: [emptyFinding({ ...fields, because })],
      actions: [{ kind: 'import', text }],
    }
  }
  const signs: number[] = []
  const findings: Finding[] = []
  for (const round of sharedRounds(study, sides)) {
    const a = { arm: small.key, round, label: small.label }
    const b = { arm: large.key, round, label: large.label }
    for (const { key, label } of sharedSets(study, a, b)) {
      const columns = [{ id: reward.id, expected: null }]
      const where = `round ${round}, ${label}`
      const some = await columnFindings(study, { a, b, columns, seedSets: [key], label: where })
      findings.push(...some)
      const { pairs } = pairResults(study.results, {
        a: ({ mapping }) => isPlace(mapping, small.key, round, key),
        b: ({ mapping }) => isPlace(mapping, large.key, round, key),
      })
      const gain = pairs.reduce((sum, { difference }) => sum + difference, 0)
      const effect = some[0]?.effect ?? null
      if (effect !== null && effect !== 0 && gain !== 0) signs.push(effect * gain > 0 ? 1 : -1)
    }
  }
  const agreement = await signFinding(signs, fields)
  const because = signs.length === 0 ? 'no facet has both rewards and results' : agreement.because
  return {
    findings: [{ ...agreement, because }, ...findings],
    actions:
      signs.length === 0
        ? [{ kind: 'results', text: 'Import results of students trained on one seed set each.' }]
        : [],
  }
}

function isPlace(
  { armKey, round, seedSets }: StoredResult['mapping'],
  arm: string,
  at: number,
  seedSet: string,
): boolean {
  return armKey === arm && round === at && seedSets.length === 1 && seedSets[0] === seedSet
}

// A scale whose top level holds half of the rows no longer tells them apart.
const SATURATED = 0.5

/** Returns a check whether fewer than half of the rows of the last round have the top level of difficulty, side by side. */
export async function saturationCheck(study: ClaimStudy, sides: Sides): Promise<Outcome> {
  const round = sharedRounds(study, sides).at(-1)
  if (round === undefined) return withoutRows(sides, 'at the same round of one seed set')
  const { small, large } = sides
  const column = 'difficulty_level.level'
  const [a, b] = [
    { arm: small.key, round },
    { arm: large.key, round },
  ]
  const seedSets = sharedSets(study, a, b).map(({ key }) => key)
  const state = compareStateSchema.parse({ a, b, seedSets, columns: [column], column })
  const { metrics, rowsA, rowsB } = await compareSummary(study.db, study.studyId, state)
  const [metric] = metrics
  const findings = ([small, large] as const).map((arm, side) => {
    const counts = metric?.levelTests?.[side === 0 ? 'countsA' : 'countsB'] ?? []
    const n = counts.reduce((sum, count) => sum + count, 0)
    const k = counts.at(-1) ?? 0
    const share = wilsonInterval(k, n)
    const base = emptyFinding({
      label: `Share of rows with the top level, ${arm.label}, round ${round}`,
      a: arm.label,
      b: 'half of the rows',
      expected: 'lower',
      unit: 'percentage points',
      of: side === 0 ? rowsA : rowsB,
      unitName: 'row',
      runs: metric?.a.runId ? [metric.a.runId] : [],
      compare: state,
    })
    if (!share.ok) return { ...base, because: 'no pair of rows has a level on both sides' }
    const points = (value: number) => 100 * (value - SATURATED)
    return {
      ...base,
      meanA: 100 * share.estimate,
      meanB: 100 * SATURATED,
      effect: points(share.estimate),
      low: points(share.low),
      high: points(share.high),
      n,
      units: n,
      interval: '95 % Wilson interval',
      test: 'exact binomial test against one half',
      p: binomialTwoSided(k, n),
      because: `${formatMetric(100 * share.estimate)} % have the top level`,
    }
  })
  const actions = findings.some(({ n }) => n === 0)
    ? [{ kind: 'compute' as const, text: 'Compute the difficulty level on the Overview page.' }]
    : []
  return { findings, actions }
}
