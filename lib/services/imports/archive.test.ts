import fs from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import { openExport } from '../exports'
import { filesHere } from '../files/tasks'
import { parquetOf } from '@/lib/testing/formats/parquet-file'
import { importFile } from './file'
import { expandArchives } from './archive'
import { previewImport } from './preview'
import { alpacaRows, importRows, planFor, studyEach, type TestStudy } from '@/lib/testing/imports'
import { saveUpload } from './uploads'

/** One row {instruction, output}, as `zstd` packs it. */
const ZST = Buffer.from(
  'KLUv/QRYCQEAeyJpbnN0cnVjdGlvbiI6ImUiLCJvdXRwdXQiOiJ4In0KqxOMqg==',
  'base64',
)

let study: TestStudy
studyEach((one) => (study = one))

async function upload(name: string, bytes: Uint8Array): Promise<string> {
  async function* body() {
    yield bytes
  }
  return (await saveUpload(study.config, name, body())).uploadId
}

const text = (value: unknown) => Buffer.from(JSON.stringify(value))

async function expand(name: string, bytes: Uint8Array) {
  const { requests, notes } = await expandArchives(
    study,
    [{ uploadId: await upload(name, bytes) }],
    filesHere,
  )
  return { requests, notes, previews: await previewImport(study, study.studyId, requests) }
}

/** Texts and responses as the database holds them. */
function storedRows(cellId: string) {
  return study.db.$client
    .prepare(
      `select r.idx, r.instruction, r.input, r.system, r.history, s.text as output from rows r
       join cells c on c.no = r.cell_no join response_sets t on t.cell_no = c.no
       join responses s on s.set_no = t.no and s.idx = r.idx where c.id = ? order by r.idx`,
    )
    .all(cellId)
}

async function exportedBundle(): Promise<Uint8Array> {
  const request = exportRequestSchema.parse({
    studyId: study.studyId,
    state: { filter: emptyFilter(), sort: { column: 'position' }, columns: [] },
    format: 'llama-factory',
    name: 'evolved-set',
  })
  const { body } = await openExport(study.db, request)
  return new Uint8Array(await new Response(body).arrayBuffer())
}

describe('an archive', () => {
  it('of an own export comes back as the rows that were exported', async () => {
    const rows = [
      ...alpacaRows(5, 's'),
      { instruction: '😀 请写 \u2028 "quoted"\r\n', input: '', output: 'd' },
    ]
    const original = await importRows(study, 'alpaca.json', rows)
    const { previews, requests, notes } = await expand('evolved-set.zip', await exportedBundle())
    expect(previews).toHaveLength(1)
    expect(previews[0]).toMatchObject({
      error: null,
      plan: { fileName: 'evolved-set seeds.jsonl', format: 'alpaca' },
    })
    expect(notes).toEqual([])
    const plan = { ...previews[0]!.plan, seedSetKey: 'again' }
    const again = await importFile(study, study.studyId, plan)
    expect(again).toMatchObject({ outcome: 'imported', rows: 6 })
    expect(storedRows(again.cellId)).toEqual(storedRows(original.cellId))
    // Only the file inside is an upload now.
    expect(await fs.readdir(study.config.uploadsDir)).toContain(requests[0]!.uploadId)
    expect(await fs.readdir(study.config.uploadsDir)).toHaveLength(2)
  })

  it('of plain files gives each with what its path tells', async () => {
    const zip = zipSync({
      'data/seeds/alpaca.json': text(alpacaRows(2, 's')),
      'data/small/alpaca-iter1-small.jsonl': Buffer.from('{"instruction":"e","output":"x"}\n'),
      'data/small/alpaca-iter2-small.jsonl.gz': gzipSync('{"instruction":"e","output":"x"}\n'),
      'data/alpaca-iter3-small.jsonl.zst': ZST,
      'data/old/alpaca-iter4-small.parquet': await parquetOf('[{"instruction":"e","output":"x"}]'),
      'data/notes.xlsx': Buffer.from('PK'),
      'data/readme.txt': Buffer.from('no data'),
      '__MACOSX/data/._alpaca.json': Buffer.from('junk'),
    })
    const { previews, notes } = await expand('study.zip', zip)
    expect(previews.map(({ plan }) => [plan.fileName, plan.armKey, plan.round])).toEqual([
      ['alpaca-iter3-small.jsonl.zst', 'small', 3],
      ['alpaca-iter4-small.parquet', 'small', 4],
      ['alpaca.json', null, 0],
      ['alpaca-iter1-small.jsonl', 'small', 1],
      ['alpaca-iter2-small.jsonl.gz', 'small', 2],
    ])
    expect(previews.map(({ error, rowCount }) => [error, rowCount])).toEqual(
      [1, 1, 2, 1, 1].map((count) => [null, count]),
    )
    expect(notes.join()).toMatch(/^Workbooks are not read \(data\/notes\.xlsx\)/)
  })

  it('of a published list says once why dozens of data sets are left out', async () => {
    const far = Array.from({ length: 88 }, (_, k) => [`far${k}`, { hf_hub_url: `a/${k}` }])
    const info = { ...Object.fromEntries(far), near: { file_name: 'near.json' } }
    const zip = zipSync({ 'dataset_info.json': text(info), 'near.json': text(alpacaRows(2, 's')) })
    const { previews, notes } = await expand('list.zip', zip)
    expect(previews.map(({ plan }) => plan.fileName)).toEqual(['near.json'])
    expect(notes).toEqual([
      '88 data sets (far0, far1, far2, ...): Not local (hf_hub_url); nothing is downloaded.',
    ])
  })

  it('whose list names one file a thousand times is refused before it is copied', async () => {
    const many = Array.from({ length: 1_000 }, (_, k) => [`n${k}`, { file_name: 'near.json' }])
    const info = text(Object.fromEntries(many))
    const zip = zipSync({ 'dataset_info.json': info, 'near.json': text(alpacaRows(2, 's')) })
    await expect(expand('list.zip', zip)).rejects.toThrow(/list\.zip: 1000 data files/)
    expect(await fs.readdir(study.config.uploadsDir)).toHaveLength(1)
  })

  it('leaves other uploads as they are', async () => {
    const plan = await planFor(study, 'alpaca.json', JSON.stringify(alpacaRows(2, 's')))
    const { requests, notes } = await expandArchives(
      study,
      [{ uploadId: plan.uploadId }],
      filesHere,
    )
    expect(requests).toEqual([{ uploadId: plan.uploadId }])
    expect(notes).toEqual([])
  })

  it.each([
    [
      'holds no file',
      zipSync({ 'notes.txt': Buffer.from('x') }),
      /no JSON, JSONL, CSV or Parquet file/,
    ],
    [
      'lists none that is here',
      zipSync({ 'dataset_info.json': text({ far: { hf_hub_url: 'a/b' } }) }),
      /^set\.zip holds no file that can be imported\. far: Not local/,
    ],
    [
      'is an Excel workbook',
      zipSync({ '[Content_Types].xml': text(1), 'xl/workbook.xml': text(1), 'a.json': text([]) }),
      /^set\.zip: this is an Excel workbook, which is not read\. Expected a table as text: .*CSV UTF-8/,
    ],
    [
      'holds a workbook alone',
      zipSync({ 'data/rows.xlsx': text(1) }),
      /no JSON, JSONL, CSV or Parquet file\. Workbooks are not read \(data\/rows\.xlsx\)/,
    ],
    ['leads out', zipSync({ '../evil.json': text([]) }), /leads out of its folder/],
    ['is cut off', zipSync({ 'a.json': text(alpacaRows(50, 's')) }).subarray(0, 120), /cut off/],
    [
      'is a bomb',
      zipSync({ 'a.json': Buffer.alloc(3 << 20, 32) }, { level: 9 }),
      /shrinks more than 100 times/,
    ],
  ])('that %s is refused and leaves nothing unpacked', async (_name, bytes, message) => {
    await expect(expand('set.zip', bytes)).rejects.toThrow(message)
    const folders = await fs.readdir(study.config.uploadsDir, { recursive: true })
    expect(folders.filter((name) => name.includes('unpacked'))).toEqual([])
  })

  it('with damaged data is refused', async () => {
    const bytes = zipSync({ 'a.json': text(alpacaRows(50, 's')) })
    bytes[80] = (bytes[80] as number) ^ 0xff
    await expect(expand('set.zip', bytes)).rejects.toThrow(/set\.zip, byte 0: The data of a\.json/)
  })
})
