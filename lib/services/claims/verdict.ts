import type { Direction, Finding, FindingState, Verdict } from '@/lib/contracts/claims'
import { plural } from '@/lib/contracts/format'
import { holm } from '@/lib/stats/holm'

// A corrected p value below this is called a difference, as on the Compare page.
const LEVEL = 0.05
// Six is the fewest units with which an exact sign test can reach 5 %; an interval of fewer says little.
const FEWEST_UNITS = 6

/** Returns a finding without numbers, for a reason. */
export function emptyFinding(
  fields: Pick<Finding, 'label' | 'a' | 'b'> & Partial<Finding>,
): Finding {
  return {
    unit: '',
    expected: 'higher',
    margin: 0,
    state: 'missing',
    because: null,
    meanA: null,
    meanB: null,
    effect: null,
    low: null,
    high: null,
    interval: null,
    test: null,
    p: null,
    pHolm: null,
    n: 0,
    of: 0,
    units: 0,
    unitName: 'seed',
    ahead: 0,
    behind: 0,
    ties: 0,
    published: null,
    runs: [],
    compare: null,
    ...fields,
  }
}

/** The difference with its interval seen so that the claim says "above". */
function turned({ effect, low, high }: Finding, direction: Direction) {
  if (effect === null || low === null || high === null) return null
  return direction === 'lower' ? { low: -high, high: -low } : { low, high }
}

/**
 * Returns what a difference says of the expected direction. A direction is shown only where the interval lies beyond the
 * margin and, for `higher` and `lower`, the corrected test shows a difference too; the opposite likewise. `not_lower` rests
 * on the interval alone, over at least six units.
 */
export function stateOf(finding: Finding): FindingState {
  const { expected, margin, pHolm, units } = finding
  if (expected === null) return 'context'
  if (finding.effect === null) return 'missing'
  const seen = turned(finding, expected)
  if (!seen || units < FEWEST_UNITS) return 'undecided'
  const isTested = pHolm !== null && pHolm < LEVEL
  // The test asks for any difference, so it speaks where the margin is 0; beyond a margin the interval alone does.
  const beyond = margin > 0 || isTested
  if (expected === 'not_lower') {
    if (seen.low > -margin) return 'shown'
    return seen.high < -margin && beyond ? 'opposite' : 'undecided'
  }
  if (seen.low > margin && isTested) return 'shown'
  return seen.high < margin && beyond ? 'opposite' : 'undecided'
}

function whyUndecided(finding: Finding): string {
  const { units, unitName, expected } = finding
  const few = plural(units, unitName)
  if (units < FEWEST_UNITS) {
    return `${few}: too few to tell; at least ${FEWEST_UNITS} are needed`
  }
  return expected === 'not_lower'
    ? `a loss beyond the margin is not excluded over ${few}`
    : `no direction is shown over ${few}`
}

/** Returns the findings with p values corrected together (Holm) and the state of each. */
export function judged(findings: readonly Finding[]): Finding[] {
  const tested = findings.filter(({ p, expected }) => p !== null && expected !== null)
  const corrected = holm(tested.map(({ p }) => p as number))
  const pOf = new Map(tested.map((finding, at) => [finding, corrected[at] as number]))
  return findings.map((finding) => {
    const full = { ...finding, pHolm: pOf.get(finding) ?? null }
    const state = stateOf(full)
    const because = finding.because ?? (state === 'undecided' ? whyUndecided(full) : null)
    return { ...full, state, because }
  })
}

/** Returns the verdict of a claim that holds only if each of its findings does, with the reason. */
export function verdictOf(findings: readonly Finding[]): {
  verdict: Verdict
  because: string | null
} {
  const of = (state: FindingState) => findings.filter((finding) => finding.state === state)
  const list = (some: readonly Finding[]) =>
    some
      .slice(0, 3)
      .map(({ label, because }) => (because ? `${label}: ${because}` : label))
      .join('; ') + (some.length > 3 ? `; and ${some.length - 3} more` : '')
  const [opposite, undecided, missing, shown] = [
    of('opposite'),
    of('undecided'),
    of('missing'),
    of('shown'),
  ]
  if (opposite.length > 0) {
    return { verdict: 'differs', because: `The opposite is shown: ${list(opposite)}.` }
  }
  if (shown.length > 0 && undecided.length === 0) {
    const because = missing.length > 0 ? `Not checked: ${list(missing)}.` : null
    return missing.length > 0
      ? { verdict: 'not_comparable', because }
      : { verdict: 'match', because: null }
  }
  if (undecided.length > 0) {
    const rest = shown.length > 0 ? ` Shown in ${shown.length} of ${findings.length}.` : ''
    return { verdict: 'not_comparable', because: `Not decided. ${list(undecided)}.${rest}` }
  }
  return {
    verdict: 'not_comparable',
    because: missing.length > 0 ? `${list(missing)}.` : 'There is nothing to check it on.',
  }
}
