import process from 'node:process'
import { Command } from 'commander'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { currentCells } from '@/lib/services/cells'
import { listRuns } from '@/lib/services/runs'
import { loadSample } from '@/lib/services/sample/load'
import { cliFolder } from '@/lib/testing/cli-folder'
import { addRunCommands } from './runs'
import { addStudyCommands } from './studies'

const { folder, fill } = cliFolder()
let study: string

beforeAll(async () => {
  vi.stubEnv('EVOLENS_DATA_DIR', folder)
  study = await fill(async ({ db }) => (await loadSample(db)).studyId)
})
afterAll(() => vi.unstubAllEnvs())

/** What a command prints, run in this process. */
async function evolens(...args: string[]): Promise<string> {
  let out = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  const program = new Command('evolens').option('--json')
  addStudyCommands(program)
  addRunCommands(program)
  try {
    await program.parseAsync(args, { from: 'user' })
  } finally {
    write.mockRestore()
  }
  return out
}

const files = () => fill(({ db }) => currentCells(db, study).map(({ id }) => id))
const runs = () => fill(({ db }) => listRuns(db, study).map(({ id }) => id))

it('shows, renames, deletes and restores a study', async () => {
  expect(await evolens('studies', 'show', study)).toMatch(/difficulty_level\.level/)
  expect(await evolens('studies', 'change', study, '--name', 'Other')).toContain('Other')
  expect(await evolens('studies', 'delete', 'other')).toContain(`studies restore ${study}`)
  await expect(evolens('studies', 'show', 'other')).rejects.toThrow(/no study "other"/)
  expect(await evolens('studies', 'restore', study)).toContain('Other')
})

it('takes files out and brings them back', async () => {
  const [first = ''] = await files()
  await evolens('files', 'delete', first, '--study', study)
  expect(await files()).not.toContain(first)
  await evolens('files', 'restore', first, '--study', study)
  expect(await files()).toContain(first)
})

it('lists, shows, pins, deletes and restores runs', async () => {
  const [first = ''] = await runs()
  expect(await evolens('runs', '--study', study)).toContain(first)
  expect(JSON.parse(await evolens('runs', 'show', first))).toMatchObject({ run: { id: first } })
  expect(await evolens('runs', 'pin', first)).toContain(first)
  await evolens('runs', 'delete', first)
  expect(await runs()).not.toContain(first)
  await evolens('runs', 'restore', first)
  expect(await runs()).toContain(first)
})
