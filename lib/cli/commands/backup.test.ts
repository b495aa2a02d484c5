import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { currentCells } from '@/lib/services/cells'
import { loadSample } from '@/lib/services/sample/load'
import { cliFolder } from '@/lib/testing/cli-folder'

const from = cliFolder()
const to = cliFolder()

it('writes a backup and restores it in another data folder', { timeout: 900_000 }, async () => {
  const study = await from.fill(async ({ db }) => (await loadSample(db)).studyId)
  const file = path.join(from.folder, 'sample.zip')
  const written = await from.evolens('--json', 'backup', '--study', study, '--output', file)
  expect(written.code).toBe(0)
  expect(JSON.parse(written.out)).toMatchObject([{ file, bytes: fs.statSync(file).size }])
  // What was waiting to be downloaded was taken.
  expect(fs.readdirSync(path.join(from.folder, 'backups'))).toEqual([])

  const restored = await to.evolens('--json', 'restore', file)
  expect(restored.code).toBe(0)
  expect(JSON.parse(restored.out)).toMatchObject([{ id: study, isCopy: false }])
  const rows = await from.fill(({ db }) => currentCells(db, study).map(({ id }) => id))
  expect(await to.fill(({ db }) => currentCells(db, study).map(({ id }) => id))).toEqual(rows)
  // The file itself stays, and no upload of it does.
  expect(fs.existsSync(file)).toBe(true)
  expect(fs.readdirSync(path.join(to.folder, 'uploads'))).toEqual([])
})
