import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { resultFiles, resultModels, results, seedSets } from '@/db/schema'
import { resultFactsSchema } from '@/lib/contracts/results'
import { listFigures, parseFigureOptions } from '@/lib/figures'
import { getMetric } from '@/lib/metrics'
import type { OutputSpec } from '@/lib/metrics/types'
import { createRandom } from '@/lib/stats/random'
import { parentCellOf } from '@/lib/services/alignments'
import { currentCells } from '@/lib/services/cells'
import { fedBy, findSource, outputOf, readsOf } from '@/lib/services/columns/describe'
import { createStudy, ensureArm, ensureSeedSet } from '@/lib/services/studies'
import { storeRun } from '@/lib/testing/columns'
import { testDatabase } from '@/lib/testing/database'
import { FILE_SOURCE } from '@/lib/testing/job-study'

// The paper's whole collection with its seeds.
const ROWS = 556_346
const RESULTS = 5_000
const SEED_SETS = ['alpaca', 'gsm8k', 'code']
const ARMS = ['small', 'large']
const ROUNDS = [1, 2, 3]
// Whole numbers where a scale is as long as this.
const WHOLE_FROM = 100

const LONG_TEXT =
  'explain in your own words how the tide and the moon belong together, name two sources and say where they differ. '.repeat(
    4,
  )

/** Outputs of measured metrics that any figure draws under the options of its example. */
function drawnOutputs(): Map<string, Map<string, OutputSpec>> {
  const metrics = new Map<string, Map<string, OutputSpec>>()
  const add = (id: string) => {
    const source = findSource(id)
    const metric = source && fedBy(source)
    if (!metric || getMetric(metric).id !== metric) return
    const outputs = metrics.get(metric) ?? new Map<string, OutputSpec>()
    for (const output of source.kind === 'derived' ? readsOf(source.metric) : [outputOf(source)])
      outputs.set(output.key, output)
    metrics.set(metric, outputs)
  }
  for (const figure of listFigures())
    figure.columns(parseFigureOptions(figure, figure.example().options)).forEach(add)
  return metrics
}

function valueOf({ levels, range }: OutputSpec, random: { next(): number }): number {
  if (levels) return 1 + Math.floor(levels.length * random.next())
  const [low, high] = range ?? [0.5, 4]
  const bell = (random.next() + random.next() + random.next()) / 3
  if (!Number.isFinite(high - low)) return Math.max(low, 0.5) + 4 * bell
  const value = low + (high - low) * bell
  return high - low >= WHOLE_FROM ? Math.floor(value) : value
}

function addCells(db: Db, studyId: string): void {
  const insert = db.$client.prepare(
    `insert into cells (id, study_id, seed_set_id, arm_id, round, row_count, source, source_sha256, published_at, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, 1, 1)`,
  )
  const perCell = Math.floor(ROWS / (SEED_SETS.length * (1 + ARMS.length * ROUNDS.length)))
  for (const key of SEED_SETS) {
    const set = ensureSeedSet(db, studyId, key, key)
    db.update(seedSets).set({ slotCount: perCell }).where(eq(seedSets.id, set)).run()
    const add = (arm: string | null, round: number) => {
      const kind = { armClass: 'other', scenario: 'other' } as const
      const armId = arm && ensureArm(db, studyId, { key: arm, label: arm, ...kind })
      const name = `${key}-${arm}-${round}`
      insert.run(randomUUID(), studyId, set, armId, round, perCell, FILE_SOURCE, name)
    }
    add(null, 0)
    for (const arm of ARMS) for (const round of ROUNDS) add(arm, round)
  }
}

/** Texts and responses of several lengths, and a link with an operator from each row to the row at its position. */
function addTextsAndLinks(db: Db, studyId: string): void {
  const cells = currentCells(db, studyId)
  const addRows = db.$client.prepare(
    `with recursive n(k) as (select 0 union all select k + 1 from n where k < ? - 1)
     insert into rows (cell_no, idx, slot, instruction, flags)
     select ?, k, k, ? || k || ': ' || substr(?, 1, 40 + k * 7919 % 320), 0 from n`,
  )
  const addSet = db.$client.prepare(
    `insert into response_sets (id, cell_no, kind, label, created_at) values (?, ?, 'imported', 'bench', 1) returning no`,
  )
  const addResponses = db.$client.prepare(
    `insert into responses (set_no, idx, text, status)
     select ?, idx, substr(?, 1, 30 + idx * 104729 % 400), 1 from rows where cell_no = ?`,
  )
  const addAlignment = db.$client.prepare(
    `insert into alignments (id, child_cell_no, parent_cell_no, kind, version, params, matched, total, created_at)
     values (?, ?, ?, 'index', 1, '{}', ?, ?, 1) returning no`,
  )
  const addLinks = db.$client.prepare(
    `insert into links (alignment_no, child_idx, parent_idx, confidence, operator, operator_source)
     select ?, idx, idx, 1, case idx % 4 when 0 then 'deepen' when 1 then 'concretise' when 2 then 'constrain' else 'breadth' end, 'inferred'
     from rows where cell_no = ?`,
  )
  for (const cell of cells) {
    const n = cell.rowCount
    addRows.run(n, cell.no, `Round ${cell.round} of `, LONG_TEXT)
    const set = addSet.get(randomUUID(), cell.no) as { no: number }
    addResponses.run(set.no, LONG_TEXT, cell.no)
    const parent = parentCellOf(cells, cell)
    if (!parent) continue
    const { no } = addAlignment.get(randomUUID(), cell.no, parent.no, n, n) as { no: number }
    addLinks.run(no, cell.no)
  }
}

/** Five thousand benchmark results: those of a figure's example, each of many models. */
function addResults(db: Db, studyId: string): void {
  const own = listFigures()
    .find(({ needsResults }) => needsResults)
    ?.example().data.results?.own
  if (!own || own.length === 0) return
  const file = {
    id: randomUUID(),
    studyId,
    name: 'results',
    format: 'table',
    sha256: '',
    sizeBytes: 0,
  }
  db.insert(resultFiles)
    .values({ ...file, createdAt: 1 })
    .run()
  const models = new Set<string>()
  for (let k = 0; k < RESULTS; k += 1) {
    const result = own[k % own.length] as (typeof own)[number]
    const copy = Math.floor(k / own.length)
    const model = `${result.model}-${copy}`
    const facts = resultFactsSchema.parse({ ...result, model })
    db.insert(results).values({ fileId: file.id, facts }).run()
    if (models.has(model)) continue
    models.add(model)
    const { armKey, student } = result.mapping
    const mapping = {
      ...result.mapping,
      armKey: armKey?.replace(/-.*/, '') ?? null,
      student: `${student ?? 'student'} ${copy}`,
    }
    db.insert(resultModels).values({ studyId, source: 'table', model, mapping }).run()
  }
}

/**
 * Returns a study as large as the paper's, with texts, responses, links, operators and results, and made-up values of every metric
 * that a figure draws.
 */
export function fillPaperStudy(db: Db = testDatabase()) {
  const { id: studyId } = createStudy(db, { name: 'bench' })
  addCells(db, studyId)
  addTextsAndLinks(db, studyId)
  addResults(db, studyId)
  const cells = currentCells(db, studyId)
  const random = createRandom(5)
  for (const [metric, outputs] of drawnOutputs()) {
    storeRun(db, studyId, {
      metric,
      cells: cells.map(({ no, rowCount }) => ({
        cellNo: no,
        outputs: Object.fromEntries(
          [...outputs].map(([key, output]) => [
            key,
            Float64Array.from({ length: rowCount }, () => valueOf(output, random)),
          ]),
        ),
      })),
    })
  }
  return { db, studyId, rows: cells.reduce((sum, { rowCount }) => sum + rowCount, 0) }
}
