import type { Db } from '@/db/client'
import { importMatrix, type ImportMatrix } from '@/lib/contracts/import-matrix'
import type { ImportPreview } from '@/lib/contracts/study'
import { currentCells } from '../cells'
import { listArms, listSeedSets } from '../studies/detail'

/** Returns where previewed files would go beside what the study (`null`: a new one) holds; files that are there already and files without a place are left out. */
export function matrixOf(
  db: Db,
  studyId: string | null,
  previews: readonly ImportPreview[],
): ImportMatrix {
  const files = previews
    .filter(({ isPlaced, duplicateOf }) => isPlaced && duplicateOf === null)
    .map(({ plan, rowCount, values }) => ({ ...plan, rowCount, values }))
  if (studyId === null) return importMatrix(files)
  const held = { seedSets: listSeedSets(db, studyId), arms: listArms(db, studyId) }
  return importMatrix(files, { ...held, cells: currentCells(db, studyId) })
}
