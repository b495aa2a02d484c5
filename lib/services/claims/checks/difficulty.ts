import { publishedArm, publishedLevels, publishedScore } from '@/lib/paper/published'
import type { Finding } from '@/lib/contracts/claims'
import { formatMetric } from '@/lib/contracts/format'
import { columnFindings, filledOnly, type ColumnClaim } from '../columns'
import {
  hasCell,
  sharedRounds,
  sharedSets,
  type ClaimStudy,
  type Outcome,
  type Sides,
} from '../study'
import { emptyFinding } from '../verdict'

/** The two measures of difficulty that the paper reports. */
export const DIFFICULTY: readonly ColumnClaim[] = [
  { id: 'difficulty_level.level', expected: 'higher' },
  { id: 'difficulty_score.score', expected: 'higher' },
]

function meanLevel(counts: readonly number[]): number {
  const n = counts.reduce((sum, count) => sum + count, 0)
  return counts.reduce((sum, count, at) => sum + count * (at + 1), 0) / n
}

function printed(
  study: ClaimStudy,
  columnId: string,
  place: { arm: 'small' | 'large'; round: number; seedSet: string },
): number | null {
  const rows = study.detail.seedSets.find(({ key }) => key === place.seedSet)?.slotCount
  const at = {
    seedSet: place.seedSet,
    round: place.round,
    arm: publishedArm(place.arm),
    ...(rows === undefined ? {} : { rows }),
  }
  if (columnId === 'difficulty_score.score') return publishedScore(at)
  const levels = columnId === 'difficulty_level.level' ? publishedLevels(at) : null
  return levels ? meanLevel(levels.counts) : null
}

function withPublished(
  study: ClaimStudy,
  finding: Finding,
  seedSet: string,
  rounds: readonly [small: number, large: number],
): Finding {
  const column = finding.compare?.column ?? ''
  const [a, b] = (['small', 'large'] as const).map((arm, at) =>
    printed(study, column, { arm, seedSet, round: rounds[at] as number }),
  )
  if (a == null || b == null) return finding
  const source = column === 'difficulty_score.score' ? 'Table 13' : 'Figure 2'
  const text = `${formatMetric(a)} against ${formatMetric(b)}, mean (${source})`
  return { ...finding, published: { effect: a - b, text } }
}

/** Returns the difference of the small and the large evolver in each seed set, at the rounds given for each. */
export async function facetFindings(
  study: ClaimStudy,
  { small, large }: Sides,
  [atSmall, atLarge]: readonly [small: number, large: number],
  columns: readonly ColumnClaim[],
): Promise<Finding[]> {
  const a = { arm: small.key, round: atSmall, label: `${small.label}, round ${atSmall}` }
  const b = { arm: large.key, round: atLarge, label: `${large.label}, round ${atLarge}` }
  const findings: Finding[] = []
  for (const { key, label } of sharedSets(study, a, b)) {
    const where = atSmall === atLarge ? `round ${atSmall}, ${label}` : label
    const some = await columnFindings(study, { a, b, columns, seedSets: [key], label: where })
    findings.push(...some.map((finding) => withPublished(study, finding, key, [atSmall, atLarge])))
  }
  return findings
}

/** Returns a check of columns in every round and seed set that both evolvers have. */
export function inEveryRound(columns: readonly ColumnClaim[]) {
  return async (study: ClaimStudy, sides: Sides): Promise<Outcome> => {
    const findings: Finding[] = []
    const rounds = sharedRounds(study, sides)
    for (const round of rounds) {
      findings.push(...(await facetFindings(study, sides, [round, round], columns)))
    }
    if (findings.length > 0) return filledOnly(study, findings)
    return withoutRows(sides, 'at the same round of one seed set')
  }
}

/** Returns what is said where the rows themselves are missing. */
export function withoutRows({ small, large }: Sides, where: string): Outcome {
  const [a, b] = [small.label, large.label]
  const because = `there are no rows of both evolvers ${where}`
  return {
    findings: [emptyFinding({ label: `${a} and ${b}`, a, b, because })],
    actions: [{ kind: 'import', text: `Import rows of ${a} and ${b} ${where}.` }],
  }
}

/** Returns a check of columns in the last round that both evolvers have. */
export function inLastRound(columns: readonly ColumnClaim[]) {
  return async (study: ClaimStudy, sides: Sides): Promise<Outcome> => {
    const last = sharedRounds(study, sides).at(-1)
    if (last === undefined) return withoutRows(sides, 'at the same round of one seed set')
    return filledOnly(study, await facetFindings(study, sides, [last, last], columns))
  }
}

/** Returns a check whether the harder rows of the last round are harder at equal length, too. */
export async function atEqualLength(study: ClaimStudy, sides: Sides): Promise<Outcome> {
  const { small, large } = sides
  const round = sharedRounds(study, sides).at(-1)
  if (round === undefined) return withoutRows(sides, 'at the same round of one seed set')
  const findings = await columnFindings(study, {
    a: { arm: small.key, round, label: `${small.label}, round ${round}` },
    b: { arm: large.key, round, label: `${large.label}, round ${round}` },
    columns: DIFFICULTY,
    seedSets: [],
    label: `round ${round}`,
    lengthColumn: 'added_words.words',
  })
  return filledOnly(study, findings)
}

/** Returns whether an evolver has rows at a round in any seed set. */
export function hasRound(study: ClaimStudy, arm: string, round: number): boolean {
  return study.detail.seedSets.some(({ key }) => hasCell(study, arm, round, key))
}
