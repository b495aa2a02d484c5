import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { loadSample } from '@/lib/services/sample/load'
import { createStudy } from '@/lib/services/studies'
import { cliFolder } from '@/lib/testing/cli-folder'

const { folder, evolens, fill } = cliFolder()
let study: string

beforeAll(() =>
  fill(async ({ db }) => {
    study = (await loadSample(db)).studyId
    createStudy(db, { name: 'Empty' })
  }),
)

it(
  'saves the address of a page, and takes its file to another study',
  { timeout: 240_000 },
  async () => {
    const own = ['--study', study]
    const filter = encodeURIComponent('{"rounds":[2],"text":"train"}')
    const address = `http://127.0.0.1:3000/studies/${study}/rows?filter=${filter}&sort=-mnd.mnd`
    const saved = await evolens('views', 'save', ...own, 'trains', address)
    expect([saved.code, saved.err, saved.out]).toEqual([
      0,
      '',
      expect.stringMatching(/Saved +trains/),
    ])
    const listed = await evolens('views', 'list', ...own)
    expect(listed.out).toContain(`/studies/${study}/rows?`)
    const printed = await evolens('views', 'file', ...own, 'trains')
    const file = path.join(folder, 'trains.view.json')
    fs.writeFileSync(file, printed.out)
    const opened = await evolens('views', 'open', '--study', 'Empty', file)
    expect([opened.code, opened.err]).toEqual([0, ''])
    expect(opened.out).toMatch(/Left out +no round "2"; no column "mnd.mnd"/)
    expect(opened.out).toContain('text%22%3A%22train')
    const wrong = await evolens('views', 'save', ...own, 'jobs', '/jobs')
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('no address of a study')])
    expect((await evolens('views', 'remove', ...own, 'trains')).out).toMatch(/Deleted +trains/)
    const { out } = await evolens('--json', 'views', 'list', ...own)
    expect(JSON.parse(out)).toEqual([])
  },
)
