import { inTransaction, type Db } from '@/db/client'
import type { CellSource, ImportReport } from '@/lib/contracts/cell'
import type { ImportPlan } from '@/lib/contracts/study'
import { emptyMapping, ROW_FLAGS } from '@/lib/formats/types'
import { currentSeeds, parentTexts } from '../alignments/texts'
import type { AlignedCell } from '../alignments/links'
import {
  appendRows,
  discardCell,
  openStagedCell,
  plainRow,
  publishCell,
  type NewRow,
} from '../cells/staging'
import type { Place } from './place'

const NO_RESPONSE = 1 << ROW_FLAGS.indexOf('no_response')

/** Seeds that were taken from an evolved file, not yet published. */
export interface StagedSeeds {
  cell: AlignedCell
  publish(): void
  discard(): void
}

/**
 * Returns the place of a file whose rows say what they were made from: such a file is evolved, so one that was taken for seeds goes to
 * round 1 of an evolver that the user may name, and its rows meet their parents by that text.
 */
export function evolvedPlace(
  guess: { place: Place; notes: string[] },
  column: string,
): { place: Place; notes: string[] } {
  const { place, notes } = guess
  const name = JSON.stringify(column.slice(0, 40))
  if (place.armKey !== null) {
    const note = `Rows are aligned with their parents by the text in ${name}.`
    return { place: { ...place, align: 'text' }, notes: [...notes, note] }
  }
  return {
    place: { ...place, armKey: 'evolver', armLabel: 'Evolver', round: 1, align: 'text' },
    notes: [
      ...notes,
      `The rows say what they were made from (${name}), so the file is taken for round 1 of an evolver and its seeds are read from it. Name the evolver.`,
    ],
  }
}

/** True where the texts that rows were made from can be the seeds of their seed set, and there are none yet. */
function shouldMakeSeeds(
  db: Db,
  plan: ImportPlan,
  place: { seedSetId: string; armId: string | null; round: number },
): boolean {
  if (!plan.mapping.parent || plan.align !== 'text' || place.armId === null) return false
  return place.round === 1 && currentSeeds(db, place.seedSetId) === null
}

function seedRow(idx: number, instruction: string): NewRow {
  return plainRow({ idx, slot: idx, instruction, flags: NO_RESPONSE })
}

/**
 * Stages the seeds that the rows of a staged first round name, each distinct text once in order of appearance; null when the seed set has
 * its seeds, or the file names none. Publish them in the transaction that publishes the round, or discard them.
 */
export function stageSeeds(
  db: Db,
  plan: ImportPlan,
  place: { cellNo: number; seedSetId: string; armId: string | null; round: number },
  source: Pick<CellSource, 'fileName' | 'sizeBytes' | 'sha256'> & { studyId: string },
): StagedSeeds | null {
  if (!shouldMakeSeeds(db, plan, place)) return null
  const column = plan.mapping.parent as string
  const { studyId, fileName, sizeBytes, sha256 } = source
  const { seedSetId } = place
  const { cellNo } = openStagedCell(db, {
    studyId,
    seedSetId,
    armId: null,
    round: 0,
    source: {
      kind: 'file',
      fileName,
      sizeBytes,
      sha256,
      format: plan.format,
      container: 'file',
      mapping: { ...emptyMapping(), instruction: column },
      keySets: [],
      definition: null,
    },
  })
  const discard = () => discardCell(db, cellNo)
  try {
    const seen = new Set<string>()
    let named = 0
    for (const page of parentTexts(db, place.cellNo)) {
      const rows: NewRow[] = []
      for (const { text } of page) {
        if (text === null) continue
        named++
        const key = text.trim()
        if (seen.has(key)) continue
        rows.push(seedRow(seen.size, text))
        seen.add(key)
      }
      inTransaction(db, () => appendRows(db, cellNo, rows))
    }
    const rowCount = seen.size
    if (rowCount === 0) {
      discard()
      return null
    }
    const shared = named - rowCount
    const report: ImportReport = {
      rows: rowCount,
      skipped: [],
      flags: { no_response: rowCount },
      notes: [
        `Read from the column ${JSON.stringify(column.slice(0, 40))} of evolved rows, which says nothing of inputs and responses.`,
        ...(shared > 0 ? [`${shared} evolved rows share their seed with another row.`] : []),
      ],
    }
    return {
      cell: { no: cellNo, seedSetId, round: 0, rowCount },
      publish: () => {
        publishCell(db, cellNo, { rowCount, report, keySets: [[column]], slotCount: rowCount })
      },
      discard,
    }
  } catch (error) {
    discard()
    throw error
  }
}
