import { unzipSync, zipSync } from 'fflate'
import fs from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { addTestRun, type TestValue } from '@/lib/testing/compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { realignStudy } from '../../alignments'
import { currentCells } from '../../cells'
import { columnReader } from '../../columns'
import { openExport } from '../../exports'
import { filesHere } from '../../files/tasks'
import { definitionHash } from '../../runs/definition'
import { getStudyDetail } from '../../studies/detail'
import { expandArchives } from '../archive'
import { importFile } from '../file'
import { previewImport } from '../preview'
import { saveUpload } from '../uploads'

const SCORE = 'difficulty_score.score'
const HASH = definitionHash({
  metric: 'difficulty_score',
  metricVersion: 1,
  params: {},
  model: null,
  prompts: [],
})
const SCORES: Record<string, TestValue[]> = {
  small1: [50, 10, 90, 'unparsed', 70, 0.1],
  large1: [1, 2, 'refused', 4, 5, 6],
  small2: [7, 8, 9, 'no_response', 11, 12],
}

let from: TestStudy
let to: TestStudy
beforeEach(async () => {
  from = await testStudy()
  to = await testStudy()
  await fillStudy()
})
afterEach(async () => {
  await from.close()
  await to.close()
})

/** Seeds, two evolvers, a second round by one of them, operators, and scores of some rows. */
async function fillStudy(own: object = { slot: 'mine' }): Promise<void> {
  const set = { seedSetKey: 'general', seedSetLabel: 'General', align: 'index' } as const
  const one = { ...set, operators: 'rotation4', armKey: 'small', armLabel: 'Small' } as const
  const other = { ...set, operators: 'one:breadth', armKey: 'large', armLabel: 'Large' } as const
  await importRows(from, 'seeds.json', alpacaRows(6, 'seed'), { ...set, armKey: null, round: 0 })
  const small1 = await importRows(from, 's1.json', alpacaRows(6, 's1'), { ...one, round: 1 })
  const large1 = await importRows(from, 'l1.json', alpacaRows(6, 'l1'), { ...other, round: 1 })
  const second = alpacaRows(6, 's2').map((row) => ({ ...row, note: { at: 1.5 }, ...own }))
  const small2 = await importRows(from, 's2.json', second, { ...one, round: 2 })
  const cells = { small1, large1, small2 }
  const values = Object.entries(cells).map(([name, { cellId }]) => [cellId, SCORES[name] ?? []])
  const run = { studyId: from.studyId, metric: 'difficulty_score', output: 'score', hash: HASH }
  addTestRun(from.db, run, Object.fromEntries(values))
}

async function exported(
  filter: Partial<RowFilter> = {},
  options: Record<string, boolean | string> = {},
  format = 'llama-factory',
): Promise<Record<string, Uint8Array>> {
  const request = exportRequestSchema.parse({
    studyId: from.studyId,
    state: {
      filter: { ...emptyFilter(), ...filter },
      sort: { column: 'position', descending: true },
      columns: [SCORE],
    },
    format,
    name: 'set',
    options,
    ...(format === 'hugging-face' ? { metrics: true, lineage: true } : {}),
  })
  const { body } = await openExport(from.db, request)
  return unzipSync(new Uint8Array(await new Response(body).arrayBuffer()))
}

async function preview(files: Record<string, Uint8Array>) {
  async function* bytes() {
    yield zipSync(files)
  }
  const { uploadId } = await saveUpload(to.config, 'set.zip', bytes())
  const { requests, notes } = await expandArchives(to, [{ uploadId }], filesHere)
  return { previews: await previewImport(to, to.studyId, requests), notes }
}

async function restore(files: Record<string, Uint8Array>): Promise<void> {
  const { previews } = await preview(files)
  for (const { plan } of previews.toSorted((a, b) => a.plan.round - b.plan.round))
    await importFile(to, to.studyId, plan)
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
  const found = getStudyDetail(to.db, to.studyId).columns.filter(({ metric }) =>
    metric.startsWith('imported_column'),
  )
  expect(found).toHaveLength(1)
  return found[0]?.id ?? ''
}

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('utf8')

describe('an export of a study', () => {
  const shapes: [string, Record<string, boolean | string>, string][] = [
    ['bundle of Alpaca rows', {}, 'llama-factory'],
    ['bundle with folded inputs', { foldInput: true }, 'llama-factory'],
    ['Hugging Face folder', { rowsPerFile: '10' }, 'hugging-face'],
  ]
  it.each(shapes)(
    'a %s gives back places, parents, operators and values',
    async (_name, options, format) => {
      if (format === 'hugging-face') {
        await from.close()
        from = await testStudy()
        await fillStudy({})
      }
      await restore(await exported({}, options, format))
      const [before, after] = [lineageOf(from), lineageOf(to)]
      expect(before).toHaveLength(24)
      // Seeds keep their order in the export, which was written backwards.
      const sorted = (rows: unknown[]) => rows.map((row) => ({ ...(row as object), slot: null }))
      expect(sorted(after)).toEqual(sorted(before))
      expect(valuesOf(to, restoredColumn())).toEqual(valuesOf(from, SCORE))
      const slots = new Map(
        (after as { instruction: string; slot: number }[]).map((row) => [
          row.instruction,
          row.slot,
        ]),
      )
      for (const k of [0, 1, 2, 3, 4, 5])
        expect(
          new Set(['seed', 's1', 'l1', 's2'].map((name) => slots.get(`${name} ${k}`))).size,
        ).toBe(1)
    },
  )

  it('as a bundle of chats gives back parents and operators, with the input in the message', async () => {
    await restore(await exported({}, { shape: 'sharegpt' }))
    const rows = (study: TestStudy) =>
      (lineageOf(study) as { instruction: string; parent: string | null }[]).map((row) => ({
        ...row,
        instruction: row.instruction.split('\n')[0],
        parent: row.parent?.split('\n')[0] ?? null,
        input: null,
        response: null,
        slot: null,
      }))
    expect(rows(to)).toEqual(rows(from))
  })

  it('as a Hugging Face folder is refused where a file was changed, and read as rows alone without its recipe or where columns of the rows are in the way', async () => {
    const files = await exported({}, {}, 'hugging-face')
    const [name = ''] = Object.keys(files).filter((one) => one.endsWith('.parquet'))
    const other = (await exported({ arms: ['small'] }, {}, 'hugging-face'))[name]
    await expect(preview({ ...files, [name]: other ?? new Uint8Array() })).rejects.toThrow(
      /SHA-256 is not the one/,
    )
    const { 'recipe.yaml': _recipe, ...alone } = files
    const { previews } = await preview(alone)
    expect(previews.map(({ rowCount }) => rowCount)).toEqual([24])
    const taken = await preview(files)
    expect(taken.previews.map(({ rowCount }) => rowCount)).toEqual([24])
    expect(taken.notes.join(' ')).toMatch(/some rows have a column "slot" of their own/)
  })

  it('says in the preview what it will bring, and on the card of the values how they were made', async () => {
    const { previews, notes } = await preview(await exported())
    expect(notes).toEqual([])
    expect(
      previews.map(({ plan }) => [plan.armKey, plan.armLabel, plan.round, plan.align]),
    ).toEqual(
      expect.arrayContaining([
        [null, null, 0, 'none'],
        ['small', 'Small', 2, 'lineage'],
      ]),
    )
    const told = previews.find(({ plan }) => plan.round === 2)?.warnings.join(' ')
    expect(told).toMatch(/6 rows, 6 with the parent and 6 with the operator that were recorded/)
    expect(told).toMatch(/columns marked as imported, with the definitions that its recipe states/)
    await restore(await exported())
    const runs = getStudyDetail(to.db, to.studyId).runs
    expect(runs).toHaveLength(1)
    expect(runs[0]?.definition.params).toMatchObject({ kind: 'number', definition: HASH })
    expect(runs[0]?.record).toMatchObject({
      backendLabel: 'imported',
      notes: { stated: { column: SCORE, run: { definition_hash: HASH } } },
    })
    expect(String(runs[0]?.record.notes['definition'])).toMatch(/not computed here/)
  })

  it('without the seeds meets by their numbers, and by their rows once the seeds come', async () => {
    await restore(await exported({ arms: ['small', 'large'] }))
    const slots = () =>
      (lineageOf(to) as { instruction: string; slot: number; parent: string }[]).map(
        ({ instruction, slot }) => `${instruction}: ${slot}`,
      )
    expect(slots()).toContain('s1 4: 4')
    expect(slots()).toContain('l1 4: 4')
    expect(slots()).toContain('s2 4: 4')
    await importRows(to, 'seeds.json', alpacaRows(6, 'seed'), {
      seedSetKey: 'general',
      armKey: null,
      round: 0,
    })
    realignStudy(to.db, to.studyId)
    expect(lineageOf(to)).toEqual(lineageOf(from))
  })

  it('keeps what the rows had of their own beside what is recorded', async () => {
    await restore(await exported())
    const stored = to.db.$client
      .prepare(`select extra from rows where instruction = 's2 0'`)
      .get() as { extra: string }
    expect(JSON.parse(stored.extra)).toMatchObject({
      note: { at: 1.5 },
      slot: 'mine',
      evolens: { slot: 0, evolver: 'small', round: 2 },
    })
  })

  const changed: [string, RegExp, (files: Record<string, string>) => Record<string, string>][] = [
    [
      'a row was taken out of its data',
      /SHA-256 is not the one/,
      (files) => ({
        'set.json': JSON.stringify((JSON.parse(files['set.json'] ?? '') as unknown[]).slice(1)),
      }),
    ],
    [
      'a value was changed',
      /SHA-256 is not the one/,
      (files) => ({
        'set.meta.jsonl': (files['set.meta.jsonl'] ?? '').replace(':90,', ':91,'),
      }),
    ],
    [
      'a line is missing and no sum is stated',
      /ends before row 24/,
      (files) => ({
        'set.meta.jsonl': (files['set.meta.jsonl'] ?? '')
          .trimEnd()
          .split('\n')
          .slice(0, -1)
          .join('\n'),
        'recipe.yaml': '',
      }),
    ],
    [
      'its lines are in another order',
      /Row 1 is of another instruction/,
      (files) => ({
        'set.meta.jsonl': (files['set.meta.jsonl'] ?? '')
          .trimEnd()
          .split('\n')
          .toReversed()
          .join('\n'),
        'recipe.yaml': '',
      }),
    ],
    [
      'a definition was changed',
      /does not have the hash beside it/,
      (files) => ({
        'recipe.yaml': (files['recipe.yaml'] ?? '').replace('metricVersion: 1', 'metricVersion: 2'),
      }),
    ],
    [
      'the recipe counts other rows',
      /recipe\.yaml states 5/,
      (files) => ({
        'recipe.yaml': (files['recipe.yaml'] ?? '').replace(
          /rows_exported: \d/,
          'rows_exported: 5',
        ),
      }),
    ],
    [
      'a status contradicts its value',
      /a value stands beside the status refused/,
      (files) => ({
        'set.meta.jsonl': (files['set.meta.jsonl'] ?? '').replace(
          ':90,"difficulty_score.score_status":"ok"',
          ':90,"difficulty_score.score_status":"refused"',
        ),
        'recipe.yaml': '',
      }),
    ],
  ]
  it.each(changed)(
    'is refused with the reason where %s, and leaves nothing behind',
    async (_name, reason, change) => {
      const files = await exported()
      const texts = Object.fromEntries(
        Object.entries(files).map(([name, bytes]) => [name, text(bytes)]),
      )
      const edits = Object.entries(change(texts))
      for (const [name, content] of edits) {
        if (content === '') delete files[name]
        else files[name] = Buffer.from(content)
        expect(content).not.toBe(texts[name])
      }
      await expect(preview(files)).rejects.toThrow(reason)
      // The archive itself stays, to be looked at again.
      expect(await fs.readdir(to.config.uploadsDir)).toHaveLength(1)
    },
  )

  it('states the SHA-256 of its files', async () => {
    const { bundle } = parse(text((await exported())['recipe.yaml'])) as {
      bundle: { files: Record<string, string> }
    }
    expect(Object.keys(bundle.files)).toEqual(['set.json', 'set.meta.jsonl'])
  })
})
