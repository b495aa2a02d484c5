import { and, eq } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { runCells } from '@/db/schema'
import type { ImportedColumn } from '@/lib/contracts/imported-values'
import type { CellRef } from '../cells'
import { importedRun, readImportedColumns, storeImported } from '../imports/values'
import { definitionHash } from '../runs/definition'

/** What stages before the file had decided, by their role. */
export interface MadeBy {
  stages: readonly { role: string; definition: unknown }[]
  sha256: string
}

interface Hooks {
  signal?: AbortSignal
  commit?(work: () => void): void
}

/**
 * Makes columns of what stands beside the rows of a file, where they are not there yet. Their run is told apart by the prompts
 * and models of the stages before, so that phrases of two judge models never mix.
 */
export async function storeDraftColumns(
  db: Db,
  cell: Pick<CellRef, 'no' | 'studyId' | 'rowCount'>,
  columns: readonly ImportedColumn[],
  made: MadeBy,
  { signal, commit = (work) => inTransaction(db, work) }: Hooks = {},
): Promise<void> {
  if (columns.length === 0) return
  const keys = columns.map(({ column }) => column)
  const read = await readImportedColumns(db, cell, [keys], columns, signal)
  const judged = made.stages.filter(({ role }) => role === 'judge')
  const definition = definitionHash({ judged })
  commit(() => {
    for (const one of read.columns) {
      const column = { ...one, params: { ...one.params, definition }, facts: { judged } }
      const run = importedRun(db, cell.studyId, column)
      const has = and(eq(runCells.runNo, run.no), eq(runCells.cellNo, cell.no))
      if (db.select({ no: runCells.runNo }).from(runCells).where(has).get()) continue
      const source = { fileName: keys.join(', '), sha256: made.sha256 }
      storeImported(db, run, cell, column, source)
    }
  })
}
