import fs from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { alpacaRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { filesApart } from '../files/apart'
import { filesHere } from '../files/tasks'
import { expandDropped } from './dropped'
import { importFile } from './file'
import { previewImport } from './preview'
import { saveUpload } from './uploads'

let study: TestStudy
studyEach((one) => (study = one))

async function dropped(files: Record<string, unknown>) {
  const requests: { uploadId: string; relativePath: string }[] = []
  for (const [relativePath, content] of Object.entries(files)) {
    async function* body() {
      yield Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
    }
    const { uploadId } = await saveUpload(study.config, relativePath, body())
    requests.push({ uploadId, relativePath })
  }
  return requests
}
const stored = () => fs.readdir(study.config.uploadsDir)
const CARD = '---\nconfigs:\n- config_name: default\n  data_files: "data/*.jsonl"\n---\n'

describe('files of one folder', () => {
  it('are read by their dataset_info.json, entries elsewhere told, and one file under two names twice', async () => {
    const info = {
      far: { hf_hub_url: 'a/b' },
      first: { file_name: 'alpaca-iter1-small.json', columns: { prompt: 'q', response: 'a' } },
      again: { file_name: 'alpaca-iter1-small.json', columns: { prompt: 'a', response: 'q' } },
    }
    const requests = await dropped({
      'set/dataset_info.json': info,
      'set/alpaca-iter1-small.json': [{ q: 'Why?', a: 'So.' }],
      'set/other.json': alpacaRows(1, 's'),
      'beside.json': alpacaRows(1, 's'),
    })
    const found = await expandDropped(study, requests, filesHere)
    expect(found.requests.map(({ relativePath }) => relativePath)).toEqual([
      'set/alpaca-iter1-small.json',
      'set/alpaca-iter1-small.json',
      'beside.json',
    ])
    expect(found.notes).toEqual(['far: Not local (hf_hub_url); nothing is downloaded.'])
    const previews = await previewImport(study, study.studyId, found.requests)
    expect(previews.map(({ rows }) => rows[0]?.instruction).slice(0, 2)).toEqual(['Why?', 'So.'])
    await importFile(study, study.studyId, previews[0]!.plan)
    const second = { ...previews[1]!.plan, seedSetKey: 'other' }
    expect(await importFile(study, study.studyId, second)).toMatchObject({ rows: 1 })
    // The list and what it does not name are no uploads any more.
    expect(await stored()).toHaveLength(3)
  })

  it('are read by their card in a process of their own, pieces joined', async () => {
    const line = (text: string) => `${JSON.stringify({ instruction: text, output: 'x' })}\n`
    const requests = await dropped({
      'evol/README.md': CARD,
      'evol/data/b.jsonl': line('two'),
      'evol/data/a.jsonl': line('one'),
    })
    const limits = { silenceMs: 60_000, heapMb: 1_024 }
    const found = await expandDropped(study, requests, filesApart(limits))
    expect(found.requests.map(({ relativePath }) => relativePath)).toEqual(['evol/evol.jsonl'])
    const [preview] = await previewImport(study, study.studyId, found.requests)
    expect(preview?.rows.map(({ instruction }) => instruction)).toEqual(['one', 'two'])
    expect(await stored()).toHaveLength(1)
  }, 60_000)

  it('with a plain README are what they are, and a single file is left alone', async () => {
    const requests = await dropped({
      'my/README.md': '# Notes',
      'my/alpaca-iter1-small.json': alpacaRows(1, 's'),
    })
    const found = await expandDropped(study, requests, filesHere)
    expect(found.requests).toEqual([requests[1]])
    expect((await expandDropped(study, found.requests, filesHere)).requests).toEqual(found.requests)
  })

  it('whose names lead out are refused, and stay the uploads that they were', async () => {
    const requests = await dropped({ 'a/README.md': CARD, 'a/../../x.json': [] })
    await expect(expandDropped(study, requests, filesHere)).rejects.toThrow(
      /leads out of its folder/,
    )
    expect(await stored()).toHaveLength(2)
  })
})
