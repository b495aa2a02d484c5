import fs from 'node:fs/promises'
import path from 'node:path'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { studyEach, type TestStudy } from '@/lib/testing/imports'
import { parquetOf } from '@/lib/testing/formats/parquet-file'
import { filesHere } from '../files/tasks'
import { expandArchives } from './archive'
import { importFile } from './file'
import { registerFolder } from './folder'
import { previewImport } from './preview'
import { saveUpload } from './uploads'

let study: TestStudy
studyEach((one) => (study = one))

const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, k) => ({
    id: `r${from + k}`,
    instruction: `Say ${from + k}`,
    output: `${from + k}`,
    score: from === 0 ? 0.1 : Number.NaN,
  }))
const jsonl = (values: object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')
const CARD = `---
configs:
- config_name: default
  data_files:
  - {split: train, path: "data/train-*"}
- config_name: mixed
  data_files: "more/*.csv"
---
`

async function folderOf(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = path.join(study.config.dataDir, 'evol-set')
  for (const [name, content] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await fs.writeFile(path.join(folder, name), content)
  }
  return folder
}

async function repository(): Promise<Record<string, string | Uint8Array>> {
  return {
    'README.md': CARD,
    'data/train-00001-of-00002.parquet': await parquetOf(JSON.stringify(rows(2, 2))),
    'data/train-00000-of-00002.parquet': await parquetOf(JSON.stringify(rows(0, 2))),
    'more/b.csv': 'instruction,output\n007,"b\nb"\n',
    'more/a.csv': 'instruction,output\n1e5,a\n',
    'loose.json': '[]',
  }
}

const storedTexts = (cellId: string) =>
  study.db.$client
    .prepare(
      'select instruction from rows r join cells c on c.no = r.cell_no where c.id = ? order by idx',
    )
    .pluck()
    .all(cellId)

describe('a data set repository', () => {
  it('in a folder gives each split as one file, its pieces in order', async () => {
    const folder = await folderOf(await repository())
    const { requests, notes } = await registerFolder(study.config, folder)
    expect(requests.map(({ relativePath }) => relativePath)).toEqual([
      'evol-set.jsonl',
      'evol-set-mixed.jsonl',
    ])
    expect(notes).toEqual([
      'evol-set.jsonl: 2 files, joined in the order of their names.',
      'evol-set-mixed.jsonl: 2 files, joined in the order of their names.',
      'README.md names 1 of the data files in no split; they are left out.',
    ])
    const [train, mixed] = await previewImport(study, study.studyId, requests)
    expect(train).toMatchObject({ error: null, rowCount: 4 })
    const first = await importFile(study, study.studyId, train!.plan)
    expect(storedTexts(first.cellId)).toEqual(['Say 0', 'Say 1', 'Say 2', 'Say 3'])
    const second = await importFile(study, study.studyId, mixed!.plan)
    // Cells of a table are texts, joined or not.
    expect(storedTexts(second.cellId)).toEqual(['1e5', '007'])
  })

  it('in an archive is the same, also below a folder of its own', async () => {
    const files = Object.entries(await repository()).map(([name, content]) => [
      `my-set/${name}`,
      typeof content === 'string' ? Buffer.from(content) : content,
    ])
    async function* body() {
      yield zipSync(Object.fromEntries(files) as Record<string, Uint8Array>)
    }
    const { uploadId } = await saveUpload(study.config, 'down.zip', body())
    const { requests } = await expandArchives(study, [{ uploadId }], filesHere)
    expect(requests.map(({ relativePath }) => relativePath)).toEqual([
      'my-set.jsonl',
      'my-set-mixed.jsonl',
    ])
  })

  it('with a piece missing is refused by name, and a broken piece leaves nothing', async () => {
    const all = await repository()
    delete all['data/train-00001-of-00002.parquet']
    const folder = await folderOf(all)
    const { requests, notes } = await registerFolder(study.config, folder)
    expect(requests).toHaveLength(1)
    expect(notes[0]).toMatch(/^train: 1 of 2 pieces/)
    await fs.writeFile(path.join(folder, 'more/b.csv'), 'instruction,output\n"x')
    await expect(registerFolder(study.config, folder)).rejects.toThrow(/^b\.csv, row 1/)
    expect(await fs.readdir(study.config.uploadsDir)).toHaveLength(1)
  })

  it('is not seen in a folder whose README is a plain one', async () => {
    const folder = await folderOf({
      'README.md': '# Notes\n',
      'alpaca-iter1-small.jsonl': jsonl(rows(0, 1)),
      'alpaca-iter2-small.jsonl': jsonl(rows(0, 1)),
    })
    const { requests } = await registerFolder(study.config, folder)
    expect(requests.map(({ relativePath }) => relativePath)).toEqual([
      'alpaca-iter1-small.jsonl',
      'alpaca-iter2-small.jsonl',
    ])
  })
})
