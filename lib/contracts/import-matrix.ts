import { z } from 'zod'
import { texts, textsOrNull } from './fields'
import { SEEDS_LABEL } from './seeds'
import { isValuesFormat, whyNotOf, type ValuesPart } from './values-file'

/** What stands in the way of a file at its place, or should be looked at before it is imported there. */
const PLACE_PROBLEMS = [
  'same_place',
  'no_parent',
  'sizes_differ',
  'replaces',
  'no_rows',
  'other_rows',
] as const

export const placeProblemSchema = z.object({
  ...texts('uploadId', 'message'),
  kind: z.enum(PLACE_PROBLEMS),
  /** Nothing is imported before it is settled. */
  isBlocking: z.boolean(),
})
export type PlaceProblem = z.infer<typeof placeProblemSchema>

/** A whole study on one screen: seed sets down, the seeds and each evolver's rounds across. */
export const importMatrixSchema = z.object({
  seedSets: z.array(z.object(texts('key', 'label'))),
  columns: z.array(z.object({ ...textsOrNull('armKey'), ...texts('label'), round: z.number() })),
  problems: z.array(placeProblemSchema),
})
export type ImportMatrix = z.infer<typeof importMatrixSchema>
export type MatrixColumn = ImportMatrix['columns'][number]

/** Where rows lie. */
export interface MatrixPlace {
  seedSetKey: string
  armKey: string | null
  round: number
}

/** A file that is to be imported. */
export interface MatrixFile extends MatrixPlace {
  uploadId: string
  fileName: string
  seedSetLabel: string
  armLabel: string | null
  align: string
  format: string
  rowCount: number | null
  /** Set for a file of values without rows, which goes to rows instead of bringing some. */
  values: readonly ValuesPart[] | null
  part: number | null
}

/** What the study holds already. */
export interface MatrixStudy {
  seedSets: readonly { key: string; label: string }[]
  arms: readonly { key: string; label: string }[]
  cells: readonly (MatrixPlace & { rowCount: number; revision: number })[]
}

/** Returns a text that is equal for files of one place. */
export function placeKey({ seedSetKey, armKey, round }: MatrixPlace): string {
  return JSON.stringify([seedSetKey, armKey, armKey === null ? 0 : round])
}

function parentPlace({ seedSetKey, armKey, round }: MatrixPlace): MatrixPlace {
  return round <= 1
    ? { seedSetKey, armKey: null, round: 0 }
    : { seedSetKey, armKey, round: round - 1 }
}

function byPlace<T extends MatrixPlace>(placed: readonly T[]): Map<string, T[]> {
  const places = new Map<string, T[]>()
  for (const one of placed) {
    places.set(placeKey(one), [...(places.get(placeKey(one)) ?? []), one])
  }
  return places
}

/** The seeds decide how many rows a seed set has; without them the number that most files have. */
function usualSize(
  seedSetKey: string,
  sizes: readonly (MatrixPlace & { rowCount: number | null })[],
): { rows: number; of: string } | null {
  const counts = new Map<number, number>()
  for (const one of sizes) {
    if (one.seedSetKey !== seedSetKey || one.rowCount === null) continue
    if (one.armKey === null) return { rows: one.rowCount, of: 'the seeds' }
    counts.set(one.rowCount, (counts.get(one.rowCount) ?? 0) + 1)
  }
  const [most] = [...counts].toSorted((a, b) => b[1] - a[1])
  return most ? { rows: most[0], of: 'most files' } : null
}

/** What keeps values from going to the rows at their place. */
function valuesProblem(
  { uploadId, fileName, format, values, part }: MatrixFile,
  rowCount: number | null | undefined,
): PlaceProblem[] {
  const say = (kind: PlaceProblem['kind'], message: string) => [
    { uploadId, kind, message, isBlocking: true },
  ]
  if (rowCount === undefined) {
    return say(
      'no_rows',
      `${fileName} holds values without rows, and no file has this place. Choose the place of the file whose rows they are.`,
    )
  }
  const chosen = values?.[(part ?? 1) - 1]
  const why =
    chosen && rowCount !== null && isValuesFormat(format)
      ? whyNotOf(format, chosen, rowCount)
      : null
  return why === null ? [] : say('other_rows', why)
}

function problemsOf(all: readonly MatrixFile[], study: MatrixStudy): PlaceProblem[] {
  const files = all.filter(({ values }) => values === null)
  const found = rowProblems(files, study)
  const places = byPlace([...files, ...study.cells])
  for (const file of all.filter(({ values }) => values !== null)) {
    found.push(...valuesProblem(file, places.get(placeKey(file))?.[0]?.rowCount))
  }
  return found
}

function rowProblems(files: readonly MatrixFile[], study: MatrixStudy): PlaceProblem[] {
  const taken = byPlace(files)
  const stored = byPlace(study.cells)
  // A file that comes replaces what is stored at its place.
  const sizes = [...files, ...study.cells.filter((cell) => !taken.has(placeKey(cell)))]
  return files.flatMap((file) => {
    const found: PlaceProblem[] = []
    const say = (kind: PlaceProblem['kind'], message: string, isBlocking = false) =>
      found.push({ uploadId: file.uploadId, kind, message, isBlocking })
    const key = placeKey(file)
    const rivals = (taken.get(key) ?? []).filter((other) => other !== file)
    if (rivals.length > 0) {
      const names = rivals.map(({ fileName }) => fileName).join(', ')
      say(
        'same_place',
        `${names} would take the same place. Move one to another seed set, evolver or round.`,
        true,
      )
    }
    const [old] = stored.get(key) ?? []
    if (old) {
      const { revision } = old
      say('replaces', `The study has revision ${revision} here; this file takes its place.`)
    }
    const namesParents = file.align === 'text' && file.round <= 1
    const parent = placeKey(parentPlace(file))
    if (
      file.armKey !== null &&
      file.align !== 'none' &&
      !namesParents &&
      !taken.has(parent) &&
      !stored.has(parent)
    ) {
      const missing = file.round <= 1 ? 'the seeds' : `round ${file.round - 1}`
      say(
        'no_parent',
        `Neither these files nor the study have ${missing} of ${file.seedSetLabel}${file.round <= 1 ? '' : ` by ${file.armLabel}`}: rows are aligned once that file is imported.`,
      )
    }
    const usual = usualSize(file.seedSetKey, sizes)
    const isFree = file.align === 'none' || file.align === 'text'
    if (
      usual &&
      file.armKey !== null &&
      !isFree &&
      file.rowCount !== null &&
      file.rowCount !== usual.rows
    ) {
      say(
        'sizes_differ',
        `${file.rowCount} rows, while ${usual.of} of ${file.seedSetLabel} have ${usual.rows}.`,
      )
    }
    return found
  })
}

/** Returns the matrix of files that are to be imported together, and of what the study holds; each problem names its file. */
export function importMatrix(
  files: readonly MatrixFile[],
  study: MatrixStudy = { seedSets: [], arms: [], cells: [] },
): ImportMatrix {
  const all: MatrixPlace[] = [...study.cells, ...files]
  const sets = new Map(study.seedSets.map(({ key, label }) => [key, label]))
  const arms = new Map(study.arms.map(({ key, label }) => [key, label]))
  for (const { seedSetKey, seedSetLabel, armKey, armLabel } of files) {
    if (!sets.has(seedSetKey)) sets.set(seedSetKey, seedSetLabel)
    if (armKey !== null && !arms.has(armKey)) arms.set(armKey, armLabel ?? armKey)
  }
  const columns: MatrixColumn[] = [{ armKey: null, label: SEEDS_LABEL, round: 0 }]
  for (const [armKey, label] of arms) {
    const rounds = new Set(all.filter((one) => one.armKey === armKey).map(({ round }) => round))
    for (const round of [...rounds].toSorted((a, b) => a - b)) {
      columns.push({ armKey, label, round })
    }
  }
  return {
    seedSets: [...sets].map(([key, label]) => ({ key, label })),
    columns,
    problems: problemsOf(files, study),
  }
}
