import { unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { exportRequestSchema, type ExportRequest } from '@/lib/contracts/export'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { inspectSource, readRows } from '@/lib/formats/read'
import { WRITERS } from '@/lib/formats/writers'
import type { CanonicalRow, FormatId, Source } from '@/lib/formats/types'
import { addTestRun } from '@/lib/testing/compare'
import { checkExport, exportRecipe, listExports, openExport } from '../exports'
import { alpacaRows, importRows, planFor, testStudy, type TestStudy } from '@/lib/testing/imports'
import { importFile } from '../imports/file'

const SCORE = 'difficulty_score.score'

async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body).arrayBuffer())
}

function withoutOptions(request: Record<string, unknown>) {
  return Object.fromEntries(Object.entries(request).filter(([name]) => name !== 'options'))
}

function sourceOf(name: string, bytes: Uint8Array): Source {
  return {
    name,
    open: async function* () {
      yield bytes
    },
  }
}

async function readAll(name: string, bytes: Uint8Array): Promise<CanonicalRow[]> {
  const source = sourceOf(name, bytes)
  const { detection } = await inspectSource(source)
  const plan = { formatId: detection.formatId as FormatId, mapping: detection.mapping }
  const rows: CanonicalRow[] = []
  for await (const batch of readRows(source, plan)) {
    for (const read of batch) if (read.ok) rows.push(read.row)
  }
  return rows
}

describe('exports', () => {
  let study: TestStudy
  beforeEach(async () => {
    study = await testStudy()
  })
  afterEach(() => study.close())

  function request(
    patch: Partial<ExportRequest> & { filter?: Partial<RowFilter> } = {},
  ): ExportRequest {
    const { filter, ...rest } = patch
    return exportRequestSchema.parse({
      studyId: study.studyId,
      state: { filter: { ...emptyFilter(), ...filter }, sort: { column: 'position' }, columns: [] },
      format: 'json',
      name: 'set',
      ...rest,
    })
  }

  async function exported(patch: Parameters<typeof request>[0] = {}): Promise<Uint8Array> {
    return bytesOf((await openExport(study.db, request(patch))).body)
  }

  const seeds = { armKey: null, round: 0, seedSetKey: 'general' } as const

  // Everything that a sloppy export would lose: key order, absent and null keys, exact numbers, odd keys and characters.
  const ODD_ROWS = `[
    {"id": 9007199254740993, "output": "a", "instruction": "plain", "input": ""},
    {"instruction": "null input", "input": null, "output": "b", "score": -0, "tags": ["x", {"k": 1e-7}]},
    {"instruction": "no input key", "output": "c"},
    {"instruction": "null output", "input": "i", "output": null},
    {"instruction": "empty output", "input": "i", "output": ""},
    {"instruction": "\\ud83d\\ude00 \\u8bf7\\u5199 \\u2028 \\r\\n end", "input": "", "output": "d", "2": 1, "1": 2},
    {"instruction": "odd", "input": "", "output": "e", "__proto__": {"a": 1}, "constructor": "f"},
    {"instruction": "with history", "input": "", "output": "f", "system": "be kind", "history": [["q", "r"]]}
  ]`

  const CHATS = [
    {
      conversations: [
        { from: 'human', value: 'hi' },
        { from: 'gpt', value: 'yes' },
      ],
      source: 'x',
    },
    {
      conversations: [
        { from: 'system', value: 'sys' },
        { from: 'human', value: 'one' },
        { from: 'gpt', value: 'two' },
        { from: 'human', value: 'three', extra: 1 },
        { from: 'gpt', value: 'four' },
      ],
      tools: '[]',
    },
  ]

  it.each([
    ['json', 'odd rows', ODD_ROWS],
    ['jsonl', 'odd rows', ODD_ROWS],
    ['json', 'conversations', JSON.stringify(CHATS)],
    ['jsonl', 'conversations', JSON.stringify(CHATS)],
    ['parquet', 'conversations', JSON.stringify(CHATS.map((one) => ({ c: one.conversations })))],
  ] as const)('import of an exported %s gives the same %s', async (format, _name, text) => {
    const plan = await planFor(study, 'original.json', text, seeds)
    await importFile(study, study.studyId, plan)
    const bytes = await exported({ format })
    const before = await readAll('original.json', Buffer.from(text))
    const after = await readAll(`set.${format}`, bytes)
    expect(before).toHaveLength((JSON.parse(text) as unknown[]).length)
    expect(after).toEqual(before)
    expect(after.map((row) => row.keys)).toEqual(before.map((row) => row.keys))
    const again = await testStudy()
    try {
      const second = await planFor(again, `set.${format}`, bytes, seeds)
      await importFile(again, again.studyId, second)
      const open = await openExport(again.db, { ...request({ format }), studyId: again.studyId })
      expect(Buffer.from(await bytesOf(open.body)).equals(Buffer.from(bytes))).toBe(true)
    } finally {
      await again.close()
    }
  })

  it('keeps numbers, key order and odd keys to the letter', async () => {
    await importFile(study, study.studyId, await planFor(study, 'original.json', ODD_ROWS, seeds))
    const lines = Buffer.from(await exported({ format: 'jsonl' }))
      .toString('utf8')
      .split('\n')
    expect(lines[0]).toBe('{"id":9007199254740993,"output":"a","instruction":"plain","input":""}')
    expect(lines[1]).toBe(
      '{"instruction":"null input","input":null,"output":"b","score":-0,"tags":["x",{"k":1e-7}]}',
    )
    expect(lines[2]).toBe('{"instruction":"no input key","output":"c"}')
    expect(lines[5]).toContain('"output":"d","2":1,"1":2}')
    expect(lines[6]).toContain('"__proto__":{"a":1},"constructor":"f"}')
  })

  async function twoRounds(): Promise<string> {
    await importRows(study, 'seeds.json', alpacaRows(6, 'seed'), seeds)
    const arm = {
      armKey: 'small',
      armLabel: 'Small',
      seedSetKey: 'general',
      align: 'index',
      round: 1,
    } as const
    const first = await importRows(study, 'r1.json', alpacaRows(6, 'first'), {
      ...arm,
      operators: 'rotation4',
    })
    addTestRun(
      study.db,
      { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash: 'h1' },
      { [first.cellId]: [50, 10, 90, 'unparsed', 70, 30] },
    )
    return first.cellId
  }

  it('writes exactly the rows that the filter shows, in their order, with what was asked for', async () => {
    const cellId = await twoRounds()
    const filter = {
      arms: ['small'],
      ranges: [{ column: SCORE, min: 20, max: null, missing: false }],
    }
    const bytes = await exported({
      filter,
      state: {
        filter: { ...emptyFilter(), ...filter },
        sort: { column: SCORE, descending: true },
        columns: [SCORE],
      },
      metrics: true,
      lineage: true,
    })
    const rows = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>[]
    expect(rows.map((row) => row.instruction)).toEqual(['first 2', 'first 4', 'first 0', 'first 5'])
    expect(rows[0]).toMatchObject({
      [SCORE]: 90,
      [`${SCORE}_status`]: 'ok',
      study: 'Test',
      seed_set: 'general',
      evolver: 'small',
      round: 1,
      slot: 2,
      operator: 'concretizing',
    })
    const csv = Buffer.from(
      await exported({ format: 'csv', filter: { arms: ['small'] }, metrics: true }),
    ).toString('utf8')
    expect(csv.split('\n')[0]).toContain(`"${SCORE}_status"`)
    expect(csv.split('\n')[4]).toContain('"","unparsed"')
    expect(cellId).toBeTruthy()
  })

  it('notes each export with its recipe, and the hash of what was sent once it was sent', async () => {
    await twoRounds()
    const filter = {
      arms: ['small'],
      ranges: [{ column: SCORE, min: 20, max: null, missing: false }],
    }
    const open = await openExport(study.db, request({ filter }))
    expect(listExports(study.db, study.studyId)[0]).toMatchObject({ rowCount: 4, bytes: null })
    const bytes = await bytesOf(open.body)
    const listed = listExports(study.db, study.studyId)[0]
    expect(listed).toMatchObject({ name: 'set', formatLabel: 'JSON', bytes: bytes.byteLength })
    const recipe = parse(exportRecipe(study.db, study.studyId, listed?.id ?? '').text) as Record<
      string,
      never
    >
    expect(recipe).toMatchObject({
      rows_in_study: 12,
      rows_out: 4,
      steps: [
        { step: 'evolvers', rows_in: 12, rows_out: 6 },
        { step: 'metric ranges', rows_in: 6, rows_out: 4 },
      ],
      metric_cards: [{ column: SCORE, run: { definition_hash: 'h1' } }],
      sources: [{ file: 'r1.json', rows_in_file: 6, rows_exported: 4 }],
      file: { name: 'set.json', sha256: listed?.sha256 },
    })
    expect(() => exportRecipe(study.db, study.studyId, 'none')).toThrow(/no such export/)
  })

  it.each(WRITERS.map(({ id }) => id))(
    'writes the same %s for one request, whenever it is asked and however options are given',
    async (format) => {
      await twoRounds()
      const shared = request({ format, metrics: true })
      const options = { indent: false, byteOrderMark: true, foldInput: true, stage: 'sft' }
      const bytes: Buffer[] = []
      // As requests were noted before options had a field of their own, and as they are noted now.
      for (const given of [
        { ...withoutOptions(shared), ...options, template: 'default' },
        { ...withoutOptions(shared), options },
      ]) {
        const open = await openExport(study.db, exportRequestSchema.parse(given))
        bytes.push(Buffer.from(await bytesOf(open.body)))
        vi.setSystemTime(Date.now() + 3_600_000)
      }
      vi.useRealTimers()
      expect(bytes[0]?.equals(bytes[1] as Buffer)).toBe(true)
      const [listed] = listExports(study.db, study.studyId)
      const recipe = exportRecipe(study.db, study.studyId, listed?.id ?? '').text
      expect(recipe.includes('byte_order_mark: true')).toBe(format === 'csv')
      expect(recipe).toMatch(/^created: /m)
    },
  )

  it('names an option that is not valid', async () => {
    const wrong = request({ format: 'llama-factory', options: { stage: 'rlhf' } })
    await expect(checkExport(study.db, wrong)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('Option stage of LLaMA-Factory bundle'),
    })
    await expect(checkExport(study.db, request({ format: 'xlsx' }))).rejects.toThrow(
      /Choose one of/,
    )
  })

  it('lists an export that cannot be read or made again, with the reason', async () => {
    await twoRounds()
    for (const name of ['sound', 'older', 'torn']) {
      const open = await openExport(study.db, request({ name }))
      await bytesOf(open.body)
    }
    const set = (name: string, recipe: string) =>
      study.db.$client.prepare(`update subsets set recipe = ${recipe} where name = ?`).run(name)
    set('older', "json_set(recipe, '$.request.name', 'Not a name')")
    set('torn', "'{'")
    study.db.$client.prepare("update subsets set state = '?' where name = 'sound'").run()
    const byName = new Map(listExports(study.db, study.studyId).map((one) => [one.name, one]))
    expect(byName.get('sound')).toMatchObject({ problem: null, hasRecipe: true })
    expect(byName.get('older')).toMatchObject({ request: null, hasRecipe: true, rowCount: 12 })
    expect(byName.get('older')?.problem).toMatch(/cannot make this export again/)
    expect(byName.get('torn')).toMatchObject({ request: null, hasRecipe: false, rowCount: 12 })
    expect(byName.get('torn')?.problem).toContain('table subsets')
    expect(byName.get('torn')?.problem).toContain(byName.get('torn')?.id)
  })

  it('marks a download that was broken off as incomplete', async () => {
    await importRows(study, 'seeds.json', alpacaRows(1500, 'seed'), seeds)
    const open = await openExport(study.db, request())
    const reader = open.body.getReader()
    await reader.read()
    await reader.cancel()
    const listed = listExports(study.db, study.studyId)[0]
    expect(listed?.bytes).toBeNull()
    expect(exportRecipe(study.db, study.studyId, listed?.id ?? '').text).toContain(
      'complete: false',
    )
  })

  it('reads no further than the receiver takes, and lets other work run', async () => {
    await importRows(study, 'seeds.json', alpacaRows(6000, 'seed'), seeds)
    const open = await openExport(study.db, request({ format: 'jsonl' }))
    const reader = open.body.getReader()
    const first = await reader.read()
    expect(first.value?.byteLength).toBeLessThanOrEqual(64 * 1024)
    let turns = 0
    const timer = setInterval(() => (turns += 1), 0)
    for (let done = false; !done;) done = (await reader.read()).done
    clearInterval(timer)
    // How many depends on the speed of the machine: one is enough to show that other work gets its turn.
    expect(turns).toBeGreaterThan(0)
  })

  it('checks plain exports: rows, size, missing values, and what CSV loses', async () => {
    await twoRounds()
    const check = await checkExport(
      study.db,
      request({ filter: { arms: ['small'] }, metrics: true }),
    )
    expect(check).toMatchObject({ rows: 6, rowsKept: 6, blocking: [] })
    expect(check.warnings).toMatchObject([
      { rule: 'missing_values', rows: 1, examples: ['Difficulty score: 1 of 6 (1 unparsed)'] },
    ])
    expect(check.bytesEstimate).toBe(
      (await exported({ filter: { arms: ['small'] }, metrics: true })).byteLength,
    )
    const csv = await checkExport(
      study.db,
      request({ format: 'csv', options: { spreadsheetSafe: true } }),
    )
    expect(csv.warnings.map((one) => one.rule)).toEqual(['csv_null', 'csv_training', 'csv_prefix'])
    const none = await checkExport(study.db, request({ filter: { text: 'nothing like this' } }))
    expect(none.blocking[0]?.rule).toBe('no_rows')
    await expect(
      openExport(study.db, request({ filter: { text: 'nothing like this' } })),
    ).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })

  it('writes a training bundle whose data, sidecar and recipe agree, and refuses one that would drop rows', async () => {
    await twoRounds()
    const rows = alpacaRows(4, 'extra').map((row, k) => (k === 1 ? { ...row, output: '' } : row))
    await importRows(study, 'r2.json', rows, {
      armKey: 'other',
      armLabel: 'Other',
      round: 1,
      align: 'none',
    })
    const patch = { format: 'llama-factory' as const, filter: { arms: ['other', 'small'] } }
    const check = await checkExport(study.db, request(patch))
    expect(check).toMatchObject({ rows: 10, rowsKept: 9, droppedByReason: { response_empty: 1 } })
    expect(check.blocking).toHaveLength(1)
    await expect(openExport(study.db, request(patch))).rejects.toMatchObject({
      code: 'invalid_input',
    })
    const zip = unzipSync(await exported({ ...patch, options: { excludeBlocked: true } }))
    const text = (name: string) => Buffer.from(zip[name] ?? []).toString('utf8')
    expect(Object.keys(zip)).toEqual([
      'dataset_info.json',
      'set.json',
      'set.meta.jsonl',
      'recipe.yaml',
      'train_sft.yaml',
    ])
    expect(listExports(study.db, study.studyId)[0]?.rowCount).toBe(9)
    const data = JSON.parse(text('set.json')) as { instruction: string }[]
    const meta = text('set.meta.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(data).toHaveLength(9)
    expect(meta.map((line) => line.instruction)).toEqual(data.map((row) => row.instruction))
    const scored = meta.find((line) => line.instruction === 'first 2')
    expect(scored).toMatchObject({
      evolver: 'small',
      operator: 'concretizing',
      operator_source: 'inferred',
      alignment: 'index',
      alignment_confidence: 1,
      [SCORE]: 90,
    })
    expect(String(scored?.parent_id)).toMatch(/:2$/)
    expect(String(scored?.row_id)).toMatch(/:2$/)
    expect(parse(text('recipe.yaml'))).toMatchObject({
      rows_out: 10,
      bundle: { rows_in: 10, rows_out: 9 },
    })
  })

  it('names what is missing', async () => {
    await expect(checkExport(study.db, { ...request(), studyId: 'none' })).rejects.toMatchObject({
      code: 'not_found',
    })
    const unknown = request({ metrics: true })
    unknown.state.columns = ['nope.nope']
    await expect(checkExport(study.db, unknown)).rejects.toMatchObject({ code: 'not_found' })
  })
})
