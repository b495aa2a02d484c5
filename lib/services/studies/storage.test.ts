import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { cliFolder } from '@/lib/testing/cli-folder'
import { loadSample } from '@/lib/services/sample/load'
import { createStudy } from '.'
import { storageFiles, studyStorage } from './storage'

const { folder, fill } = cliFolder()

it('counts what a study stores, by part, and the files around it', async () => {
  await fill(async ({ db, config }) => {
    const study = (await loadSample(db)).studyId
    const empty = createStudy(db, { name: 'Empty' }).id
    const { signal } = new AbortController()
    const sizes = await studyStorage(db, signal)
    expect(sizes.map(({ studyId, total }) => [studyId, total > 0]).sort()).toEqual(
      [
        [study, true],
        [empty, false],
      ].sort(),
    )
    const size = sizes.find(({ studyId }) => studyId === study)
    // Counted another way: the texts themselves, as the database stores them.
    const texts = db.$client.prepare('select instruction, input, extra from rows').all() as Record<
      string,
      string | null
    >[]
    const bytes = texts
      .flatMap((row) => Object.values(row))
      .map((one) => Buffer.byteLength(one ?? ''))
    expect(size?.rows).toBe(bytes.reduce((sum, one) => sum + one, 0))
    const blobs = db.$client
      .prepare('select "values" as v, status as s from column_chunks')
      .all() as {
      v: Buffer
      s: Buffer
    }[]
    expect(size?.columns).toBe(blobs.reduce((sum, { v, s }) => sum + v.length + s.length, 0))
    fs.mkdirSync(path.join(folder, 'backups'))
    fs.writeFileSync(path.join(folder, 'backups', 'a.zip'), 'x'.repeat(77))
    const files = await storageFiles(db, config.dataDir, sizes)
    expect(files.backups).toBe(77)
    expect(files.database).toBeGreaterThan(size?.total ?? 0)
    expect(files.rest + files.free + (size?.total ?? 0)).toBe(files.database)
  })
})
