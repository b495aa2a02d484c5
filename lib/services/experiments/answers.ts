import { count, inArray, sql } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { responses } from '@/db/schema'
import type { StageInfo } from '@/lib/contracts/experiment'
import { statusCode } from '@/lib/contracts/status'
import type { RespondStage } from '@/lib/evolution'
import { currentResponseSet, getCell, type CellRef } from '../cells'
import { setInCell } from '../responses'
import { dropFailed, hasResponses } from '../responses/open'
import { definitionHash } from '../runs/definition'
import type { ExperimentRow, PlacedStage } from './records'

/** Shown of each example. */
export const EXAMPLE_CHARACTERS = 400

/** Returns the whole seed files that came without responses: all rows of a file are answered, so a sample's seeds are left as they are. */
export function seedsToAnswer(
  db: Db,
  { studyId, seeds }: Pick<ExperimentRow, 'studyId' | 'seeds'>,
): CellRef[] {
  return seeds
    .filter(({ rows }) => rows === null)
    .map(({ cellId }) => getCell(db, studyId, cellId))
    .filter(({ no }) => !cameWithResponses(db, no))
}

/** A file without any response has a set as well, of rows that lack one. */
function cameWithResponses(db: Db, cellNo: number): boolean {
  const set = setInCell(db, cellNo, 'imported')
  return set !== null && hasResponses(db, set.no)
}

/** Returns the files that a stage answers: those of the stages it names, or the seeds that came without responses. */
export function cellsToAnswer(
  db: Db,
  experiment: ExperimentRow,
  all: readonly PlacedStage[],
  { stage, arm }: PlacedStage & { stage: RespondStage },
): CellRef[] {
  return stage.of.flatMap((id) => {
    if (id === 'seeds') return seedsToAnswer(db, experiment)
    const made = all.filter((placed) => placed.stage.id === id && placed.arm === arm)
    return made
      .flatMap(({ row }) => row.cells)
      .map((cellId) => getCell(db, experiment.studyId, cellId))
  })
}

/** The sets that a stage wrote; one that ran before definitions were kept with stages is looked for among the current ones. */
function setsOf(db: Db, cells: readonly CellRef[], { row }: PlacedStage): number[] {
  const hash = row.definition && definitionHash(row.definition)
  return cells.flatMap(({ no }) => {
    const own = hash === null ? null : setInCell(db, no, hash)
    const set = own ?? (row.doneAt === null ? null : currentResponseSet(db, no))
    return set?.kind === 'generated' ? [set.no] : []
  })
}

/** Returns how the responses that a stage wrote for these files came out: cut ones are responses with a reason, missing ones say why. */
export function answersOf(
  db: Db,
  cells: readonly CellRef[],
  placed: PlacedStage,
): Pick<StageInfo, 'total' | 'counts' | 'reasons'> {
  const { idx, status, finishReason, setNo, text } = responses
  // Beside min() SQLite gives the text of that row.
  const raw = sql<string | null>`substr(${text}, 1, ${EXAMPLE_CHARACTERS})`
  const groups = db
    .select({ status, finishReason, count: count(), first: sql<number>`min(${idx})`, raw })
    .from(responses)
    .where(inArray(setNo, setsOf(db, cells, placed)))
    .groupBy(status, finishReason)
    .all()
    .map((group) => {
      const isAnswer = group.status === statusCode('ok')
      const isSkipped = group.finishReason === 'skipped'
      return {
        count: group.count,
        example: { key: `row ${group.first}`, raw: group.raw ?? '' },
        status: isAnswer ? ('ok' as const) : isSkipped ? ('dropped' as const) : ('failed' as const),
        reason: isAnswer ? (group.finishReason === 'length' ? 'truncated' : '') : reasonOf(group),
      }
    })
  const of = (wanted: string) =>
    groups.reduce((sum, group) => sum + (group.status === wanted ? group.count : 0), 0)
  return {
    total: cells.reduce((sum, { rowCount }) => sum + rowCount, 0),
    counts: { ok: of('ok'), repaired: 0, failed: of('failed'), dropped: of('dropped') },
    reasons: groups
      .filter(({ reason }) => reason !== '')
      .map(({ example, ...group }) => ({ ...group, examples: [example] })),
  }
}

function reasonOf({ finishReason, status }: { finishReason: string | null; status: number }) {
  if (finishReason === 'skipped') return 'empty_instruction'
  return status === statusCode('error') ? 'error' : 'empty'
}

/** Removes the failed responses that a stage wrote for these files, so that they are asked for again. */
export function dropFailedAnswers(db: Db, cells: readonly CellRef[], placed: PlacedStage): void {
  dropFailed(db, setsOf(db, cells, placed))
}
