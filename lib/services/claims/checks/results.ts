import type { ClaimAction, Direction, Finding } from '@/lib/contracts/claims'
import { benchmarkKey, type StoredResult } from '@/lib/contracts/results'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { publishedResults } from '@/lib/paper/results'
import { filesOf, grouped, pairResults, publishedOf, resultFinding, type Paired } from '../results'
import type { ClaimStudy, Outcome, Sides } from '../study'

/** One of a claim's sides among results. */
type ResultSide = 'small' | 'large' | 'evolved' | 'seeds'

interface SideAt {
  side: ResultSide
  round?: number
}

/** One difference of results. */
export interface ResultClaim {
  label: string
  a: SideAt
  b: SideAt
  expected: Direction
  margin?: number
  /** Tables of the paper that print it. */
  tables: readonly number[]
  /** Which results count; all without. */
  only?(result: StoredResult): boolean
  /** What must be ahead in each of its parts too: a name for a result's part. */
  every?(result: StoredResult): string
}

/** Benchmarks of instruction following; all others are general ability. */
export function isFollowing({ benchmark }: Pick<StoredResult, 'benchmark'>): boolean {
  return /^(?:ifeval|followbench|infobench)/.test(benchmarkKey(benchmark))
}

/** What must be done to have results that can be compared. */
export const IMPORT_RESULTS: ClaimAction = {
  kind: 'results',
  text: 'Import the results of students trained on both sides, and say for each model which evolver, round and student it is.',
}

function sideTest(key: (side: ResultSide) => (arm: string) => boolean) {
  return ({ side, round }: SideAt) =>
    ({ mapping }: StoredResult) =>
      mapping.armKey !== null &&
      key(side)(mapping.armKey) &&
      (round === undefined || mapping.round === round)
}

const PAPER_ARMS: Record<ResultSide, (arm: string) => boolean> = {
  small: (arm) => arm.startsWith('SLM'),
  large: (arm) => arm.startsWith('LLM'),
  evolved: (arm) => arm !== SEEDS_KEY,
  seeds: (arm) => arm === SEEDS_KEY,
}
const ofPaper = sideTest((side) => PAPER_ARMS[side])

function ofStudy({ small, large }: Sides) {
  const keys = { small: [small.key], large: [large.key], seeds: [SEEDS_KEY] }
  return sideTest(
    (side) => (arm) =>
      side === 'evolved' ? [small.key, large.key].includes(arm) : keys[side].includes(arm),
  )
}

function isAcross({ a, b }: ResultClaim): boolean {
  return a.round !== b.round || b.side === 'seeds'
}

/** Returns the pairs that the paper prints for a claim. */
export function paperPairs(claim: ResultClaim): Paired {
  const { tables, only = () => true } = claim
  const list = publishedResults().filter(
    (result) => tables.some((table) => result.fileId === `table-${table}`) && only(result),
  )
  const without = isAcross(claim) ? (['round'] as const) : []
  return pairResults(list, {
    a: ofPaper(claim.a),
    b: ofPaper(claim.b),
    without,
    paper: claim.b.side === 'seeds' ? 'tables' : 'table',
  })
}

function sideLabel({ small, large }: Sides, { side, round }: SideAt): string {
  const labels = { small: small.label, large: large.label, evolved: 'Evolved data', seeds: 'Seeds' }
  return round === undefined ? labels[side] : `${labels[side]}, round ${round}`
}

/** Parts in which the mean difference goes the other way. */
function against(claim: ResultClaim, { pairs }: Paired): string | null {
  const { every, expected } = claim
  if (!every) return null
  const sign = expected === 'lower' ? -1 : 1
  const parts = grouped(pairs, ({ a }) => every(a))
  const behind = [...parts].flatMap(([name, some]) =>
    sign * some.reduce((sum, { difference }) => sum + difference, 0) < 0 ? [name] : [],
  )
  if (behind.length === 0) return null
  return `${claim.label} goes the other way on average in ${behind.toSorted().join(', ')}`
}

/** Returns the results of a study that a claim compares, two by two. */
export function pairedFor(study: ClaimStudy, sides: Sides, claim: ResultClaim): Paired {
  const { only = () => true } = claim
  return pairResults(study.results.filter(only), {
    a: ofStudy(sides)(claim.a),
    b: ofStudy(sides)(claim.b),
    without: isAcross(claim) ? ['round'] : [],
  })
}

/** Returns the finding of one difference of results, what the paper prints of it beside it. */
async function findingFor(study: ClaimStudy, sides: Sides, claim: ResultClaim) {
  const { tables, label, expected, margin = 0 } = claim
  const paired = pairedFor(study, sides, claim)
  const finding: Finding = await resultFinding(study, paired, {
    label,
    expected,
    margin,
    a: sideLabel(sides, claim.a),
    b: sideLabel(sides, claim.b),
  })
  const where = `Table${tables.length > 1 ? 's' : ''} ${tables.join(', ')}`
  const published = tables.length > 0 ? publishedOf(paperPairs(claim).pairs, where) : null
  return { paired, finding: { ...finding, published } }
}

/** Returns a check of differences of results; all of them must hold. */
export function resultsCheck(claims: (study: ClaimStudy) => readonly ResultClaim[]) {
  return async (study: ClaimStudy, sides: Sides): Promise<Outcome> => {
    const findings: Finding[] = []
    const doubts: string[] = []
    const files: string[] = []
    const notes: string[] = []
    for (const claim of claims(study)) {
      const { paired, finding } = await findingFor(study, sides, claim)
      findings.push(finding)
      files.push(...filesOf(paired.pairs))
      notes.push(...(paired.pairs.length > 0 ? paired.reasons : []))
      const doubt = against(claim, paired)
      if (doubt) doubts.push(doubt)
    }
    return {
      findings,
      doubt: doubts.length > 0 ? `Not in all parts: ${doubts.join('; ')}.` : null,
      actions: findings.some(({ n }) => n === 0) ? [IMPORT_RESULTS] : [],
      notes: [...new Set(notes)].map((reason) => `Some results are left out: ${reason}`),
      resultFiles: [...new Set(files)].toSorted(),
    }
  }
}

type Check = (study: ClaimStudy, sides: Sides) => Promise<Outcome>

/** Returns a check that joins several: the findings of all must hold. */
export function allOf(...checks: readonly Check[]): Check {
  return async (study, sides) => {
    const found: Outcome[] = []
    for (const check of checks) found.push(await check(study, sides))
    return {
      findings: found.flatMap(({ findings }) => findings),
      doubt: found.map(({ doubt }) => doubt).find((doubt) => doubt != null) ?? null,
      notes: found.flatMap(({ notes = [] }) => notes),
      actions: found.flatMap(({ actions = [] }) => actions),
      resultFiles: [...new Set(found.flatMap(({ resultFiles = [] }) => resultFiles))].toSorted(),
    }
  }
}
