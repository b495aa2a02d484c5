import { unzipSync, zipSync } from 'fflate'
import { afterEach, beforeEach, expect } from 'vitest'
import { exportRequestSchema, type PairChoice } from '@/lib/contracts/export'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { currentCells } from '@/lib/services/cells'
import { columnReader } from '@/lib/services/columns'
import { openExport } from '@/lib/services/exports'
import { filesHere } from '@/lib/services/files/tasks'
import { expandArchives } from '@/lib/services/imports/archive'
import { importFile } from '@/lib/services/imports/file'
import { previewImport } from '@/lib/services/imports/preview'
import { saveUpload } from '@/lib/services/imports/uploads'
import { definitionHash } from '@/lib/services/runs/definition'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { addTestRun, type TestValue } from './compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from './imports'

/** Column of the scores. */
export const SCORE = 'difficulty_score.score'
/** Hash of the definition of their run. */
export const HASH = definitionHash({
  metric: 'difficulty_score',
  metricVersion: 1,
  params: {},
  model: null,
  prompts: [],
})
/** Column of the scores. */
export const SCORES: Record<string, TestValue[]> = {
  small1: [50, 10, 90, 'unparsed', 70, 0.1],
  large1: [1, 2, 'refused', 4, 5, 6],
  small2: [7, 8, 9, 'no_response', 11, 12],
}

/** Returns two studies of each test of a file, a filled one and an empty one, and what carries exports from one to the other. */
export function bundleStudies() {
  const at = {} as { from: TestStudy; to: TestStudy }
  beforeEach(async () => {
    at.from = await testStudy()
    at.to = await testStudy()
    await fillStudy()
  })
  afterEach(async () => {
    await at.from.close()
    await at.to.close()
  })

  /** Seeds, two evolvers, a second round by one of them, operators, and scores of some rows. */
  async function fillStudy(own: object = { slot: 'mine' }): Promise<void> {
    const set = { seedSetKey: 'general', seedSetLabel: 'General', align: 'index' } as const
    const one = { ...set, operators: 'rotation4', armKey: 'small', armLabel: 'Small' } as const
    const other = { ...set, operators: 'one:breadth', armKey: 'large', armLabel: 'Large' } as const
    await importRows(at.from, 'seeds.json', alpacaRows(6, 'seed'), {
      ...set,
      armKey: null,
      round: 0,
    })
    const small1 = await importRows(at.from, 's1.json', alpacaRows(6, 's1'), { ...one, round: 1 })
    const large1 = await importRows(at.from, 'l1.json', alpacaRows(6, 'l1'), { ...other, round: 1 })
    const second = alpacaRows(6, 's2').map((row) => ({ ...row, note: { at: 1.5 }, ...own }))
    const small2 = await importRows(at.from, 's2.json', second, { ...one, round: 2 })
    const cells = { small1, large1, small2 }
    const values = Object.entries(cells).map(([name, { cellId }]) => [cellId, SCORES[name] ?? []])
    const run = {
      studyId: at.from.studyId,
      metric: 'difficulty_score',
      output: 'score',
      hash: HASH,
    }
    addTestRun(at.from.db, run, Object.fromEntries(values))
  }

  async function exported(
    filter: Partial<RowFilter> = {},
    options: Record<string, boolean | string> = {},
    format = 'llama-factory',
    pairs?: PairChoice,
  ): Promise<Record<string, Uint8Array>> {
    const request = exportRequestSchema.parse({
      studyId: at.from.studyId,
      state: {
        filter: { ...emptyFilter(), ...filter },
        sort: { column: 'position', descending: true },
        columns: [SCORE],
      },
      format,
      name: 'set',
      options,
      ...(pairs ? { pairs } : {}),
      ...(format === 'hugging-face' ? { metrics: true, lineage: true } : {}),
    })
    const { body } = await openExport(at.from.db, request)
    return unzipSync(new Uint8Array(await new Response(body).arrayBuffer()))
  }

  async function preview(files: Record<string, Uint8Array>) {
    async function* bytes() {
      yield zipSync(files)
    }
    const { uploadId } = await saveUpload(at.to.config, 'set.zip', bytes())
    const { requests, notes } = await expandArchives(at.to, [{ uploadId }], filesHere)
    return { previews: await previewImport(at.to, at.to.studyId, requests), notes }
  }

  async function restore(files: Record<string, Uint8Array>): Promise<void> {
    const { previews } = await preview(files)
    for (const { plan } of previews.toSorted((a, b) => a.plan.round - b.plan.round))
      await importFile(at.to, at.to.studyId, plan)
  }

  /** Each row by its text: where it belongs, its texts, its parent's text, and how both are known. */
  function lineageOf({ db }: TestStudy): unknown[] {
    return db.$client
      .prepare(
        `select r.instruction, r.input, s.text as response, a.key as evolver, c.round, r.slot, p.instruction as parent, l.operator, l.operator_source, l.confidence
       from rows r join cells c on c.no = r.cell_no and c.published_at is not null and c.superseded_at is null
       left join arms a on a.id = c.arm_id
       left join response_sets t on t.cell_no = c.no left join responses s on s.set_no = t.no and s.idx = r.idx
       left join alignments n on n.no = (select no from alignments where child_cell_no = c.no order by version desc limit 1)
       left join links l on l.alignment_no = n.no and l.child_idx = r.idx
       left join rows p on p.cell_no = n.parent_cell_no and p.idx = l.parent_idx
       order by r.instruction`,
      )
      .all()
  }

  /** Value and status of a column by the row's text. */
  function valuesOf({ db, studyId }: TestStudy, column: string): unknown[] {
    const reader = columnReader(db, studyId)
    return currentCells(db, studyId)
      .filter(({ armId }) => armId !== null)
      .flatMap((cell) => {
        const valueOf = reader.valuesIn(column, cell)
        const rows = db.$client
          .prepare('select idx, instruction from rows where cell_no = ?')
          .all(cell.no) as { idx: number; instruction: string }[]
        return rows.map(({ idx, instruction }) => ({ instruction, ...valueOf(idx) }))
      })
      .toSorted((a, b) => (a.instruction < b.instruction ? -1 : 1))
  }

  function restoredColumn(): string {
    const found = getStudyDetail(at.to.db, at.to.studyId).columns.filter(({ metric }) =>
      metric.startsWith('imported_column'),
    )
    expect(found).toHaveLength(1)
    return found[0]?.id ?? ''
  }

  return { at, fillStudy, exported, preview, restore, lineageOf, valuesOf, restoredColumn }
}
