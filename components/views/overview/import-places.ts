import { importMatrix, type ImportMatrix, type MatrixPlace } from '@/lib/contracts/import-matrix'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'
import type { ImportPlan, StudyDetail } from '@/lib/contracts/study'
import { isValuesFormat } from '@/lib/contracts/values-file'
import { mappingOf, type ImportFile } from './use-import-files'

/** A cell of the matrix, with what a file that is moved there takes over. */
export interface MatrixSpot {
  value: string
  label: string
  row: number
  column: number
  place: MatrixPlace
}

/** Returns the files that are to be imported, each with its plan. */
export function chosenFiles(files: readonly ImportFile[]): (ImportFile & { plan: ImportPlan })[] {
  return files.flatMap((file) => (file.isChosen && file.plan ? [{ ...file, plan: file.plan }] : []))
}

/** Returns the matrix of the chosen files beside what the study holds. */
export function matrixOfFiles(files: readonly ImportFile[], detail: StudyDetail): ImportMatrix {
  const chosen = chosenFiles(files)
  return importMatrix(
    chosen.map(({ plan, preview }) => ({
      ...plan,
      rowCount: preview?.rowCount ?? null,
      values: preview?.values ?? null,
    })),
    detail,
  )
}

/** Returns every cell of the matrix, row by row. */
export function spotsOf({ seedSets, columns }: ImportMatrix): MatrixSpot[] {
  return seedSets.flatMap((set, row) =>
    columns.map(({ armKey, label, round }, column) => ({
      value: `${row},${column}`,
      label: `${set.label}: ${armKey === null ? SEEDS_LABEL : `${label}, round ${round}`}`,
      row,
      column,
      place: { seedSetKey: set.key, armKey, round },
    })),
  )
}

/** Returns the plan of a file that is moved to a place; evolver and seed set are described as the study or the other files do. */
export function movedTo(
  plan: ImportPlan,
  place: MatrixPlace,
  files: readonly ImportFile[],
  detail: StudyDetail,
): ImportPlan {
  const { seedSetKey, armKey, round } = place
  const plans = files.flatMap((file) => file.plan ?? [])
  const seedSetLabel =
    detail.seedSets.find(({ key }) => key === seedSetKey)?.label ??
    plans.find((one) => one.seedSetKey === seedSetKey)?.seedSetLabel ??
    seedSetKey
  const moved = { ...plan, seedSetKey, seedSetLabel }
  if (armKey === null) {
    return { ...moved, armKey, armLabel: null, round: 0, align: 'none', operators: 'none' }
  }
  const arm = detail.arms.find(({ key }) => key === armKey)
  const other = plans.find((one) => one.armKey === armKey)
  const isNew = plan.armKey === null
  return {
    ...moved,
    armKey,
    armLabel: arm?.label ?? other?.armLabel ?? armKey,
    armClass: arm?.armClass ?? other?.armClass ?? plan.armClass,
    scenario: arm?.scenario ?? other?.scenario ?? plan.scenario,
    round,
    // Seeds have no parents; a file that becomes evolved is aligned as any other is at first.
    ...(isNew && !isValuesFormat(plan.format)
      ? { align: plan.mapping.parent ? 'text' : 'index' }
      : {}),
  }
}

/** Files of one shape, and how many of them have the mapping that most have. */
export interface FileShape {
  shape: string
  files: (ImportFile & { plan: ImportPlan })[]
  /** One that has it. */
  usual: ImportPlan
  /** Ids of those that have another one. */
  differing: Set<string>
}

/** Returns the shapes of the files, those with most files first. */
export function fileShapes(files: readonly ImportFile[]): FileShape[] {
  const byShape = new Map<string, FileShape['files']>()
  for (const file of files) {
    const { plan } = file
    if (!plan?.shape) continue
    byShape.set(plan.shape, [...(byShape.get(plan.shape) ?? []), { ...file, plan }])
  }
  const shapes = [...byShape].map(([shape, members]): FileShape => {
    const counts = new Map<string, number>()
    for (const { plan } of members) {
      const mapping = mappingOf(plan)
      counts.set(mapping, (counts.get(mapping) ?? 0) + 1)
    }
    const [most] = [...counts].toSorted((a, b) => b[1] - a[1])
    const isUsual = ({ plan }: { plan: ImportPlan }) => mappingOf(plan) === most?.[0]
    const usual = members.find(isUsual)?.plan as ImportPlan
    const others = members.filter((file) => !isUsual(file))
    return { shape, files: members, usual, differing: new Set(others.map(({ id }) => id)) }
  })
  return shapes.toSorted((a, b) => b.files.length - a.files.length)
}
