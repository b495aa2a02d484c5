import fs from 'node:fs/promises'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { emptyFilter } from '@/lib/contracts/filter'
import { runQuery, type QueryArgs } from '@/lib/services/queries'
import { testStudy } from '@/lib/testing/job-study'
import { bundleThread } from './bundle.mjs'
import { ROOT } from './settings.mjs'

it('makes of the query thread one file that answers as the sources do', async () => {
  // Packages are found from within the repository only.
  const folder = await fs.mkdtemp(path.join(ROOT, 'node_modules', '.evolens-thread-'))
  const study = testStudy(9)
  const file = path.join(folder, 'query-thread.mjs')
  try {
    await bundleThread(file)
    const text = await fs.readFile(file, 'utf8')
    expect(text).not.toMatch(/from "@\//)
    const query = {
      filter: { ...emptyFilter(), text: 'round 1' },
      sort: { column: 'length', descending: true },
      columns: [],
      offset: 0,
      limit: 5,
    }
    const args: QueryArgs<'rows'> = [study.studyId, query]
    const worker = new Worker(file, { workerData: { databasePath: study.db.$client.name } })
    const reply = await new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.postMessage({ type: 'read', id: 1, name: 'rows', args })
    })
    await worker.terminate()
    const here = await runQuery(study.db, 'rows', args, new AbortController().signal)
    const plain = (value: unknown) =>
      JSON.parse(JSON.stringify(value, (key, of: unknown) => (key === 'serverMs' ? 0 : of)))
    expect(here.total).toBe(9)
    expect(plain(reply)).toEqual({ id: 1, result: plain(here) })
  } finally {
    study.close()
    await fs.rm(folder, { recursive: true, force: true })
  }
})
