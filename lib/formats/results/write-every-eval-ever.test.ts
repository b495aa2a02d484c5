import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { publishedResults } from '@/lib/paper/results'
import { readResultFile } from './read'
import { everyEvalEverFiles } from './write-every-eval-ever'

let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-eee-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

it('writes what its own reader reads back: value, unit, n and what decides whether it can be compared', async () => {
  const [printed] = publishedResults()
  if (!printed) throw new Error('no result')
  const result = {
    ...printed,
    model: 'saves/x-0a1b2c3d',
    stderr: 0.5,
    harness: 'lm-evaluation-harness',
    harnessVersion: '0.4.9',
    fewShot: 5,
    templateHash: 'none',
    date: '2024-12-15',
  }
  const missing = { ...result, value: null, missing: 'not_reported' as const }
  const { files, left } = everyEvalEverFiles([result, missing])
  expect([files.length, left]).toEqual([1, 1])
  const [file] = files
  expect(file?.name).toBe('001-saves_x-0a1b2c3d.json')
  const target = path.join(folder, file?.name ?? '')
  fs.writeFileSync(target, JSON.stringify(file?.content))
  const read = await readResultFile({ path: target, name: 'x.json', unit: null })
  const kept = ['model', 'benchmark', 'metric', 'value', 'unit', 'n', 'stderr'] as const
  const comparable = ['harness', 'harnessVersion', 'fewShot', 'templateHash', 'date'] as const
  for (const key of [...kept, ...comparable]) expect(read.results[0]?.[key]).toBe(result[key])
})
