import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { cells } from '@/db/schema'
import { cellPlace } from '@/lib/contracts/seeds'
import type { MergePlan, MergeRequest } from '@/lib/contracts/merge'
import { AppError } from '@/lib/errors'
import { currentCells, type CellRef } from '../cells'
import { getStudy } from '../studies'
import { listArms } from '../studies/detail'

/** A file of the added study with the one of the first study that is the same, where there is one. */
interface MergedFile {
  cell: CellRef
  same: CellRef | null
  outcome: MergePlan['files'][number]['outcome']
}

const LEFT_OUT = [
  'Replaced files of the added study, and what belongs to them.',
  'Values, alignments and generated responses that the added study has of files that both have: those of the first study stay; missing values can be computed.',
  'Result files and formula columns that the first study has as well, and own claims of the added study.',
]
const LEFT_OUT_RENAMED =
  'Views, subsets, formula columns and blind sessions of the added study that name an evolver or seed set under its old key.'

function isSameFile(db: Db, a: CellRef, b: CellRef): boolean {
  const facts = ({ no }: CellRef) => {
    const row = db
      .select({ sha256: cells.sourceSha256, source: cells.source })
      .from(cells)
      .where(eq(cells.no, no))
      .get()
    return JSON.stringify([row?.sha256, row?.source.format, row?.source.mapping])
  }
  return a.rowCount === b.rowCount && facts(a) === facts(b)
}

/** Returns every current file of the added study, with what becomes of it. */
export function mergedFiles(db: Db, studyId: string, request: MergeRequest): MergedFile[] {
  const place = (set: string, arm: string | null, round: number) =>
    JSON.stringify([set, arm, round])
  const first = new Map(
    currentCells(db, studyId).map((cell) => [
      place(cell.seedSetKey, cell.armKey, cell.round),
      cell,
    ]),
  )
  return currentCells(db, request.with).map((cell) => {
    const set = request.seedSets[cell.seedSetKey] ?? cell.seedSetKey
    const arm = cell.armKey === null ? null : (request.arms[cell.armKey] ?? cell.armKey)
    const rival = first.get(place(set, arm, cell.round)) ?? null
    if (!rival) return { cell, same: null, outcome: 'added' }
    const isSame = isSameFile(db, rival, cell)
    return { cell, same: isSame ? rival : null, outcome: isSame ? 'known' : 'conflict' }
  })
}

/** Returns what merging a study into another would come to; nothing is stored. */
export function planMerge(db: Db, studyId: string, request: MergeRequest): MergePlan {
  getStudy(db, studyId)
  getStudy(db, request.with)
  if (studyId === request.with)
    throw new AppError('invalid_input', 'A study cannot be merged with itself. Choose another one.')
  const [mine, theirs] = [listArms(db, studyId), listArms(db, request.with)]
  const asked = theirs.flatMap(({ key, label }) => {
    const own = mine.find((arm) => arm.key === key)
    return own && request.arms[key] === undefined
      ? [{ key, label: own.label, otherLabel: label }]
      : []
  })
  const files = mergedFiles(db, studyId, request)
  const problems = [
    ...asked.map(
      ({ key }) =>
        `Both studies have an evolver "${key}". Say whether it is the same, or give the added one another key.`,
    ),
    ...files
      .filter(({ outcome }) => outcome === 'conflict')
      .map(
        ({ cell }) =>
          `${cellPlace(cell)}: the first study has another file there. Give the evolver or the seed set of the added study another key.`,
      ),
    ...twice(theirs.map(({ key }) => request.arms[key] ?? key)).map(
      (key) => `Two evolvers of the added study would have the key "${key}".`,
    ),
    ...twice(
      [...new Set(files.map(({ cell }) => cell.seedSetKey))].map(
        (key) => request.seedSets[key] ?? key,
      ),
    ).map((key) => `Two seed sets of the added study would have the key "${key}".`),
  ]
  return {
    asked,
    files: files.map(({ cell: { seedSetKey, armKey, round, rowCount }, outcome }) => ({
      seedSetKey,
      armKey,
      round,
      rows: rowCount,
      outcome,
    })),
    problems,
    leftOut: renamedKeys(request).length > 0 ? [...LEFT_OUT, LEFT_OUT_RENAMED] : LEFT_OUT,
  }
}

const twice = (keys: readonly string[]) => [
  ...new Set(keys.filter((key, at) => keys.indexOf(key) !== at)),
]

/** Returns the keys of the added study that are other ones in the new study. */
export function renamedKeys({ arms, seedSets }: MergeRequest): string[] {
  return [...Object.entries(arms), ...Object.entries(seedSets)]
    .filter(([from, to]) => from !== to)
    .map(([from]) => from)
}
