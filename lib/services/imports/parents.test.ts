import { describe, expect, it } from 'vitest'
import { realignStudy } from '../alignments'
import { currentCells, newestAlignment } from '../cells'
import { previewImport, startImport } from '../imports'
import { importFile } from './file'
import { importRows, planFor, studyEach, type TestStudy } from '@/lib/testing/imports'
import { getRowDetail } from '../rows/detail'

let study: TestStudy
studyEach((one) => (study = one))

const FRUITS = ['apple', 'pear', 'plum', 'fig', 'date']
/** Rows as evolution tools write them: the seed, what became of it, and a response. */
const evolved = FRUITS.map((fruit) => ({
  original: `Name a ${fruit}.`,
  evolved: `Name a rare ${fruit} and explain why.`,
  response: `A rare ${fruit}.`,
}))

function links() {
  return study.db.$client
    .prepare(
      `select c.round, r.instruction as child, p.instruction as parent, r.slot
       from links l join alignments a on a.no = l.alignment_no
       join cells c on c.no = a.child_cell_no and c.superseded_at is null
       join rows r on r.cell_no = c.no and r.idx = l.child_idx
       join rows p on p.cell_no = a.parent_cell_no and p.idx = l.parent_idx
       where a.version = (select max(version) from alignments where child_cell_no = c.no)
       order by c.round, l.child_idx`,
    )
    .all() as { round: number; child: string; parent: string; slot: number }[]
}

const count = (table: string) =>
  (study.db.$client.prepare(`select count(*) as n from ${table}`).get() as { n: number }).n

describe('a file with seeds and what they evolved into', () => {
  it('is taken for a first round and gives seeds and lineage', async () => {
    const plan = await planFor(study, 'my-tool.json', JSON.stringify(evolved))
    expect(plan).toMatchObject({
      armKey: 'evolver',
      round: 1,
      align: 'text',
      mapping: { instruction: 'evolved', output: 'response', parent: 'original' },
      questions: [],
    })
    const result = await importFile(study, study.studyId, plan)
    expect(result).toMatchObject({ rows: 5, alignment: { matched: 5, total: 5, reason: null } })
    const [seeds, round] = currentCells(study.db, study.studyId)
    expect([seeds?.armKey, seeds?.rowCount, round?.armKey, round?.round]).toEqual([
      null,
      5,
      'evolver',
      1,
    ])
    expect(links()).toEqual(
      evolved.map((row, slot) => ({ round: 1, child: row.evolved, parent: row.original, slot })),
    )
    const detail = getRowDetail(study.db, study.studyId, round?.id ?? '', 3)
    expect(JSON.stringify(detail)).toContain('Name a fig.')
    // The seed's text stays with the row, for exports.
    expect(detail.row.extra).toEqual({ original: 'Name a fig.' })
    const again = await planFor(study, 'again.json', JSON.stringify(evolved))
    expect(await importFile(study, study.studyId, again)).toMatchObject({ outcome: 'known' })
  })

  it('has one seed for rows that share it, and says so', async () => {
    const rows = [...evolved, { ...evolved[0], evolved: 'Name an apple in French.' }]
    const result = await importRows(study, 'my-tool.json', rows)
    expect(result.alignment).toMatchObject({ matched: 6, total: 6 })
    const [seeds] = currentCells(study.db, study.studyId)
    expect(seeds?.rowCount).toBe(5)
    expect(links().at(-1)).toMatchObject({ parent: 'Name a apple.', slot: 0 })
    const report = study.db.$client
      .prepare("select json_extract(report, '$.notes') from cells where arm_id is null")
      .pluck()
      .get()
    expect(report).toMatch(/1 evolved rows share their seed/)
  })

  it('meets the seeds that are there, in any order, and says which rows do not', async () => {
    const seeds = FRUITS.toReversed().map((fruit) => ({
      instruction: ` Name a ${fruit}.\n`,
      output: '',
    }))
    await importRows(study, 'my-tool.json', seeds.slice(0, 4), {
      armKey: null,
      round: 0,
      align: 'none',
    })
    const result = await importRows(study, 'my-tool-iter1.json', evolved, {
      seedSetKey: 'my-tool',
    })
    expect(result.alignment).toMatchObject({ matched: 4, total: 5 })
    expect(result.alignment?.reason).toMatch(/1 rows name a text that no row of the parent has/)
    expect(links().map((link) => link.parent.trim())).toEqual(
      FRUITS.slice(1).map((fruit) => `Name a ${fruit}.`),
    )
    expect(
      currentCells(study.db, study.studyId).filter((cell) => cell.armKey === null),
    ).toHaveLength(1)
  })

  it('does not guess between seeds of one text, unless the input tells', async () => {
    const seeds = [
      { instruction: 'Translate.', input: 'one', output: '' },
      { instruction: 'Translate.', input: 'two', output: '' },
    ]
    await importRows(study, 'set.json', seeds)
    const rows = [
      { original: 'Translate.', evolved: 'Translate into French.', input: 'two', response: 'deux' },
      { original: 'Translate.', evolved: 'Translate into German.', input: '', response: 'x' },
    ]
    const place = { seedSetKey: 'set', armKey: 'small', round: 1 }
    const result = await importRows(study, 'e.json', rows, place)
    expect(result.alignment).toMatchObject({ matched: 1 })
    expect(result.alignment?.reason).toMatch(/1 rows name a text that several rows/)
    expect(links()).toMatchObject([{ child: 'Translate into French.', slot: 1 }])
  })

  it('meets a seed file that comes later', async () => {
    await importRows(study, 'my-tool.json', evolved)
    const seeds = FRUITS.toReversed().map((fruit) => ({
      instruction: `Name a ${fruit}.`,
      input: '',
      output: 'x',
    }))
    const place = { armKey: null, round: 0, align: 'none' as const }
    await importRows(study, 'my-tool.json', seeds, place)
    const [changed] = realignStudy(study.db, study.studyId)
    expect(changed?.result).toMatchObject({ matched: 5 })
    expect(links().map((link) => link.slot)).toEqual([4, 3, 2, 1, 0])
    expect(realignStudy(study.db, study.studyId)).toEqual([])
  })

  it('gives each round of a list when it is imported once for each', async () => {
    const rows = FRUITS.map((fruit) => ({
      instruction: `Name a ${fruit}.`,
      evolved_instructions: [`Name a rare ${fruit}.`, `Name a rare ${fruit} of France.`],
      answers: ['a', 'b'],
    }))
    const text = JSON.stringify(rows)
    const asked = await planFor(study, 'rounds.json', text)
    expect(asked.questions.map((question) => question.code)).toEqual(['rounds_in_row'])
    await expect(startImport(study, study.studyId, [asked])).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/^rounds\.json: Each row lists up to 2 rounds/),
    })
    const importRound = (round: number, parent: string) =>
      importRows(study, 'rounds.json', rows, {
        questions: [],
        round,
        mapping: {
          ...asked.mapping,
          instruction: `evolved_instructions[${round - 1}]`,
          output: `answers[${round - 1}]`,
          parent,
        },
      })
    expect((await importRound(1, 'instruction')).alignment).toMatchObject({ matched: 5 })
    const second = await importRound(2, 'evolved_instructions[0]')
    expect(second).toMatchObject({ outcome: 'imported', alignment: { matched: 5 } })
    expect(links().at(-1)).toEqual({
      round: 2,
      child: 'Name a rare date of France.',
      parent: 'Name a rare date.',
      slot: 4,
    })
  })

  it('leaves nothing of either cell when the import fails', async () => {
    const rows = [...evolved, { original: 'x', evolved: 7, response: 'y' }]
    await expect(importRows(study, 'my-tool.json', rows)).rejects.toThrow(/row 6/)
    const controller = new AbortController()
    const plan = await planFor(study, 'my-tool.json', JSON.stringify(evolved))
    const hooks = { signal: controller.signal, onProgress: () => controller.abort() }
    await expect(importFile(study, study.studyId, plan, hooks)).rejects.toMatchObject({
      code: 'cancelled',
    })
    // After the seeds are staged, too.
    study.db.$client.exec(
      "create trigger no_alignment before insert on alignments begin select raise(abort, 'full'); end",
    )
    await expect(importFile(study, study.studyId, plan)).rejects.toThrow('full')
    expect(['cells', 'rows', 'links', 'alignments', 'arms', 'seed_sets'].map(count)).toEqual([
      0, 0, 0, 0, 0, 0,
    ])
  })

  it('is imported without lineage when told so, or as seeds', async () => {
    const result = await importRows(study, 'my-tool.json', evolved, { align: 'none' })
    expect(result.alignment).toBeNull()
    const [cell] = currentCells(study.db, study.studyId)
    expect([cell?.armKey, newestAlignment(study.db, cell?.no ?? 0)]).toEqual(['evolver', null])
  })
})

describe('questions', () => {
  const rows = [{ instruction: 'Name a fruit.', input: '', std_answer: 'Apple.' }]

  it('stand in the plan, and a mapping that is given answers them', async () => {
    const plan = await planFor(study, 'mine.json', JSON.stringify(rows))
    expect(plan.questions).toEqual([
      {
        code: 'no_response',
        message: expect.stringContaining('"std_answer" looks like one'),
        suggestion: { mapping: { output: 'std_answer' } },
      },
    ])
    const mapping = { ...plan.mapping, output: 'std_answer' }
    const request = { uploadId: plan.uploadId, format: plan.format, mapping }
    const [preview] = await previewImport(study, study.studyId, [request])
    expect(preview).toMatchObject({
      plan: { questions: [] },
      rows: [{ output: 'Apple.' }],
      error: null,
    })
    const [unmapped] = await previewImport(study, study.studyId, [
      { ...request, mapping: plan.mapping },
    ])
    expect(unmapped).toMatchObject({ plan: { questions: [] } })
    expect(unmapped?.warnings.join(' ')).toContain('std_answer')
  })

  it('names in the report what was no text beyond the first rows', async () => {
    const chat = (content: unknown) => ({
      messages: [
        { role: 'user', content },
        { role: 'assistant', content: 'a' },
      ],
    })
    const many: unknown[] = Array.from({ length: 300 }, () => chat('q'))
    many[250] = chat([
      { type: 'text', text: 'q' },
      { type: 'hologram', data: 'x' },
    ])
    await importRows(study, 'chats.json', many)
    const report = study.db.$client.prepare('select report from cells').pluck().get() as string
    expect(JSON.parse(report)).toMatchObject({
      flags: { non_text_content: 1 },
      notes: [expect.stringMatching(/^Row 251: "messages"\[0\], part 2 has the type "hologram"/)],
    })
  })
})
