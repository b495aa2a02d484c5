import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { migrateDatabase, openDatabase } from '@/db/client'
import { setContext } from '@/lib/http/context'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { closeReader } from '@/lib/services/queries/client'
import { createStudy } from '@/lib/services/studies'
import { GET as getHistogram } from './[studyId]/histogram/route'
import { GET as getRows } from './[studyId]/rows/route'

let study: TestStudy

beforeEach(async () => {
  const base = await testStudy()
  const db = openDatabase(path.join(base.config.dataDir, 'evolens.sqlite'))
  migrateDatabase(db)
  study = { ...base, db, studyId: createStudy(db, { name: 'Test' }).id }
  setContext(study)
  await importRows(study, 'alpaca.json', alpacaRows(40, 's'))
})
afterEach(async () => {
  setContext(null)
  await closeReader(study.db)
  study.db.$client.close()
  await study.close()
})

it('rows and histograms are searched for outside the process that answers', async () => {
  const prepare = vi.spyOn(study.db.$client, 'prepare')
  const state = encodeURIComponent(JSON.stringify({ filter: { text: 'answer 1' } }))
  const at = { params: Promise.resolve({ studyId: study.studyId }) }
  const ask = (query: string) =>
    new Request(`http://localhost:3000/api?${query}`, { headers: { host: 'localhost:3000' } })
  const rows = await getRows(ask(`state=${state}`), at)
  // "answer 1" and "answer 10" to "answer 19".
  expect(await rows.json()).toMatchObject({ total: 11, outOf: 40 })
  const histogram = await getHistogram(ask(`state=${state}&column=mnd.mnd`), at)
  expect(await histogram.json()).toMatchObject({ column: 'mnd.mnd', n: 0 })
  const texts = prepare.mock.calls.filter(([sql]) => /\blike\b|from rows|responses/i.test(sql))
  expect(texts).toEqual([])
})
