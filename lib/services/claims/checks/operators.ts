import type { Finding } from '@/lib/contracts/claims'
import { formatMetric } from '@/lib/contracts/format'
import { chiSquareUpperTail } from '@/lib/stats/distributions'
import { studyOperators } from '../../rows/operators'
import { columnFindings, filledOnly } from '../columns'
import { sharedRounds, type ClaimStudy, type Outcome, type Sides } from '../study'
import { emptyFinding } from '../verdict'
import { DIFFICULTY, withoutRows } from './difficulty'

// Width of a 95 % interval of a normal estimate, in standard errors.
const WIDTH_95 = 2 * 1.959963984540054

/**
 * Whether the differences of operators are those of one common difference: Cochran's Q over estimates weighted by their
 * precision. In one round a row has one operator, so the estimates rest on different rows.
 */
function heterogeneity(label: string, findings: readonly Finding[]): Finding {
  const known = findings.flatMap(({ effect, low, high }) =>
    effect === null || low === null || high === null || high <= low
      ? []
      : [{ effect, weight: (WIDTH_95 / (high - low)) ** 2 }],
  )
  const [first] = findings
  const base = emptyFinding({
    label: `Operators differ in it, ${label}`,
    a: first?.a ?? '',
    b: first?.b ?? '',
    expected: null,
    n: findings.reduce((sum, { n }) => sum + n, 0),
    of: Math.max(0, ...findings.map(({ of }) => of)),
    units: known.length,
    unitName: 'operator',
  })
  if (known.length < 2) return { ...base, because: 'fewer than two operators have an interval' }
  const total = known.reduce((sum, { weight }) => sum + weight, 0)
  const common = known.reduce((sum, { effect, weight }) => sum + effect * weight, 0) / total
  const q = known.reduce((sum, { effect, weight }) => sum + weight * (effect - common) ** 2, 0)
  const p = chiSquareUpperTail(q, known.length - 1)
  const says = p < 0.05 ? 'operators differ' : 'no difference of operators is shown'
  return {
    ...base,
    test: "Cochran's Q",
    p,
    because: `Cochran's Q ${formatMetric(q)}, ${known.length - 1} df, p ${formatMetric(p)}: ${says}; not judged`,
  }
}

/** Returns a check whether the small evolver is harder with each operator of the last round, with whether operators differ beside it. */
export async function underEveryOperator(study: ClaimStudy, sides: Sides): Promise<Outcome> {
  const round = sharedRounds(study, sides).at(-1)
  if (round === undefined) return withoutRows(sides, 'at the same round of one seed set')
  const { small, large } = sides
  const findings: Finding[] = []
  for (const operator of await studyOperators(study.db, study.studyId)) {
    const some = await columnFindings(study, {
      a: { arm: small.key, round, label: `${small.label}, round ${round}` },
      b: { arm: large.key, round, label: `${large.label}, round ${round}` },
      columns: DIFFICULTY,
      seedSets: [],
      operators: [operator],
      label: `round ${round}, ${operator}`,
    })
    // An operator that another file of the study uses says nothing of these two.
    findings.push(...some.filter(({ of }) => of > 0))
  }
  if (findings.length === 0) {
    const because = 'the operators of the rows are not known'
    const text = 'Set the operators of the files: click their alignment on the Overview page.'
    return {
      findings: [emptyFinding({ label: 'Operators', a: small.label, b: large.label, because })],
      actions: [{ kind: 'compute', text }],
    }
  }
  const filled = filledOnly(study, findings)
  const beside = DIFFICULTY.flatMap(({ id }) => {
    const own = filled.findings.filter(({ compare, n }) => n > 0 && compare?.column === id)
    return own.length > 0 ? [heterogeneity(own[0]?.label.split(',')[0] ?? id, own)] : []
  })
  return { ...filled, findings: [...filled.findings, ...beside] }
}
