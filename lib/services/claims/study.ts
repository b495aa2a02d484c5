import { createHash } from 'node:crypto'
import type { Db } from '@/db/client'
import {
  claimChoiceSchema,
  type ClaimAction,
  type ClaimChoice,
  type Finding,
} from '@/lib/contracts/claims'
import type { StoredResult } from '@/lib/contracts/results'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import type { ArmInfo, SeedSetInfo, StudyDetail } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { currentFormulas } from '../formulas/store'
import { listResults } from '../results'
import { getStudyDetail } from '../studies/detail'

/** What the checks of claims read of a study. */
export interface ClaimStudy {
  db: Db
  studyId: string
  detail: StudyDetail
  results: StoredResult[]
  /** Null where the study has not exactly one evolver of the class and none was chosen. */
  small: ArmInfo | null
  large: ArmInfo | null
  margin: number
  /** Changes whenever a number of a claim may: cells, alignments, runs, results, evolvers. */
  stamp: string
  signal: AbortSignal
}

/** A claim's two evolvers. */
export interface Sides {
  small: ArmInfo
  large: ArmInfo
}

/** What a check found. */
export interface Outcome {
  findings: Finding[]
  /** Why a claim about all parts is in doubt although the whole shows it; null without a reason. */
  doubt?: string | null
  notes?: string[]
  actions?: ClaimAction[]
  resultFiles?: string[]
}

function chosenArm(arms: readonly ArmInfo[], key: string | null, of: ArmInfo['armClass']) {
  if (key !== null) {
    const arm = arms.find((one) => one.key === key)
    if (arm) return arm
    const names = arms.map((one) => one.key).join(', ') || 'none'
    throw new AppError('not_found', `This study has no evolver "${key}". There are: ${names}.`)
  }
  const [only, ...more] = arms.filter(({ armClass }) => armClass === of)
  return only && more.length === 0 ? only : null
}

/** Returns what the checks need of a study. Throws `not_found`; `invalid_input` where both sides are one evolver. */
export function claimStudy(
  db: Db,
  studyId: string,
  given: ClaimChoice,
  signal: AbortSignal,
): ClaimStudy {
  const { small, large, margin } = claimChoiceSchema.parse(given)
  const detail = getStudyDetail(db, studyId)
  const { results } = listResults(db, studyId)
  if (small !== null && small === large) {
    throw new AppError('invalid_input', 'Choose two different evolvers as small and large.')
  }
  const { arms, cells, seedSets, runs } = detail
  const facts = {
    arms,
    seedSets,
    cells: cells.map(({ id, rowCount, alignment, metrics }) => [id, rowCount, alignment, metrics]),
    runs: runs.map(({ id, definitionHash, pinned, done, valued }) => [
      id,
      definitionHash,
      pinned,
      done,
      valued,
    ]),
    // Own claims may ask for formula columns.
    formulas: currentFormulas(db, studyId).map(({ column, hash }) => [column, hash]),
    results,
  }
  return {
    db,
    studyId,
    detail,
    results,
    small: chosenArm(arms, small, 'small'),
    large: chosenArm(arms, large, 'large'),
    margin,
    stamp: createHash('sha256').update(JSON.stringify(facts)).digest('base64'),
    signal,
  }
}

/** Returns whether the study has rows of an evolver at a round in a seed set. */
export function hasCell(study: ClaimStudy, arm: string, round: number, seedSet: string): boolean {
  const key = arm === SEEDS_KEY ? null : arm
  return study.detail.cells.some(
    (cell) => cell.armKey === key && cell.round === round && cell.seedSetKey === seedSet,
  )
}

/** Returns the seed sets in which both sides have rows. */
export function sharedSets(
  study: ClaimStudy,
  a: { arm: string; round: number },
  b: { arm: string; round: number },
): SeedSetInfo[] {
  return study.detail.seedSets.filter(
    ({ key }) => hasCell(study, a.arm, a.round, key) && hasCell(study, b.arm, b.round, key),
  )
}

/** Returns the rounds from 1 that both evolvers have in some seed set, ascending. */
export function sharedRounds(study: ClaimStudy, { small, large }: Sides): number[] {
  const rounds = new Set(study.detail.cells.map(({ round }) => round).filter((round) => round > 0))
  return [...rounds]
    .filter((round) => {
      const [a, b] = [
        { arm: small.key, round },
        { arm: large.key, round },
      ]
      return sharedSets(study, a, b).length > 0
    })
    .toSorted((a, b) => a - b)
}
