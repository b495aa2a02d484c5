import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import type { Job } from '@/lib/contracts/job'
import type { PromptRow, PromptTrial } from '@/lib/contracts/prompts'
import { AppError } from '@/lib/errors'
import { enqueue } from '@/lib/queue/queue'
import { createRandom } from '@/lib/stats/random'
import { getBackendRow } from '../backends'
import { currentCells, currentResponseSet, newestAlignment, type CellRef } from '../cells'
import type { ServiceContext } from '../context'
import { checkDraft } from '../prompts'
import { getStudy } from '../studies'
import { listArms, listSeedSets } from '../studies/detail'
import { workerState } from '../system'

// Somebody waits for it.
const TRIAL_PRIORITY = 15
// A preview shows how a prompt reads; whole novels would only slow the page down.
const PREVIEW_CHARACTERS = 20_000

const ROW_SQL = `
  select substr(r.instruction, 1, ${PREVIEW_CHARACTERS}) as instruction,
    substr(r.input, 1, ${PREVIEW_CHARACTERS}) as input,
    substr(s.text, 1, ${PREVIEW_CHARACTERS}) as response,
    substr(p.instruction, 1, ${PREVIEW_CHARACTERS}) as parent
  from rows r
  left join responses s on s.set_no = @setNo and s.idx = r.idx
  left join links l on l.alignment_no = @alignmentNo and l.child_idx = r.idx
  left join alignments a on a.no = l.alignment_no
  left join rows p on p.cell_no = a.parent_cell_no and p.idx = l.parent_idx
  where r.cell_no = @cellNo and r.idx = @idx`

const text = z.string().nullable()
const textsSchema = z.object({
  instruction: z.string(),
  input: text,
  response: text,
  parent: text,
})
type Texts = z.output<typeof textsSchema>

function textsOf(db: Db, cell: CellRef, idx: number): Texts | null {
  const why = 'texts of megabytes are cut where they lie'
  return hotRead(db, { why, sql: ROW_SQL, row: textsSchema }).get({
    cellNo: cell.no,
    idx,
    setNo: currentResponseSet(db, cell.no)?.no ?? null,
    alignmentNo: newestAlignment(db, cell.no)?.no ?? null,
  })
}

/**
 * Returns up to `count` rows of a study with the texts that placeholders may hold: one of each cell before a second of
 * any, cells and rows drawn by the seed, so that another seed shows others.
 */
export function previewRows(db: Db, studyId: string, count: number, seed: number): PromptRow[] {
  getStudy(db, studyId)
  const random = createRandom(seed)
  const seedSets = new Map(listSeedSets(db, studyId).map((set) => [set.key, set.label]))
  const arms = new Map(listArms(db, studyId).map((arm) => [arm.key, arm.label]))
  const filled = currentCells(db, studyId).filter((cell) => cell.rowCount > cell.skipped.length)
  const order = filled
    .map((cell) => ({ cell, at: random.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ cell }) => cell)
  const rows: PromptRow[] = []
  const taken = new Set<string>()
  // A few tries a row: small cells run out of rows that were not drawn before.
  for (let tries = 0; order.length > 0 && rows.length < count && tries < count * 20; tries += 1) {
    const cell = order[tries % order.length] as CellRef
    const idx = random.below(cell.rowCount)
    const texts = taken.has(`${cell.no}/${idx}`) ? null : textsOf(db, cell, idx)
    if (!texts) continue
    taken.add(`${cell.no}/${idx}`)
    const who =
      cell.armKey === null
        ? 'seeds'
        : `${arms.get(cell.armKey) ?? cell.armKey}, round ${cell.round}`
    const place = `${seedSets.get(cell.seedSetKey) ?? cell.seedSetKey}, ${who}, row ${idx + 1}`
    rows.push({ cellId: cell.id, idx, place, ...texts })
  }
  return rows
}

/**
 * Queues a trial of a draft on a few rows (engines run in the worker only) and returns its job, whose result is
 * `{replies: TrialReply[]}`. Throws `invalid_input` for a text that could not be stored, `backend_unavailable` without a
 * worker.
 */
export function tryPrompt(context: ServiceContext, trial: PromptTrial): Job {
  const { db } = context
  getStudy(db, trial.studyId)
  const backend = getBackendRow(db, trial.backendId)
  checkDraft(trial)
  if (!workerState(context).alive) {
    throw new AppError(
      'backend_unavailable',
      'The worker does not run, so nothing can be tried. Start it again.',
    )
  }
  return enqueue(db, {
    kind: 'try-prompt',
    payload: trial,
    names: { backend: backend.label },
    studyId: trial.studyId,
    priority: TRIAL_PRIORITY,
    progress: { unit: 'rows', total: trial.rows.length },
  })
}
