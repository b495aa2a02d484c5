import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '@/lib/testing/database'
import { studies, views } from '@/db/schema'
import { readConfig } from '@/lib/config'
import { LIMITS } from '@/lib/contracts/limits'
import { setContext } from '@/lib/http/context'
import type { RouteHandler } from '@/lib/http/route'
import { createStudy } from '@/lib/services/studies'

let dataDir: string
let studyId: string
let db: ReturnType<typeof testDatabase>

beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-limits-'))
  db = testDatabase()
  studyId = createStudy(db, { name: 'Test' }).id
  setContext({ db, config: readConfig({ EVOLENS_DATA_DIR: dataDir, LOG_LEVEL: 'silent' }) })
})
afterEach(() => {
  setContext(null)
  fs.rmSync(dataDir, { recursive: true, force: true })
})

async function send(file: string, body: unknown, method: 'POST' | 'PATCH' = 'POST') {
  const handlers = (await import(path.join(process.cwd(), 'app/api', file, 'route.ts'))) as Record<
    string,
    RouteHandler
  >
  const request = new Request('http://localhost:3000/api', {
    method,
    headers: { host: 'localhost:3000', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const response = await (handlers[method] as RouteHandler)(request, {
    params: Promise.resolve({ studyId }),
  })
  return { status: response.status, text: await response.text() }
}

const PLAN = {
  uploadId: '00000000-0000-4000-8000-000000000000',
  fileName: 'a.json',
  sizeBytes: 1,
  sha256: 'x',
  format: 'alpaca',
  mapping: Object.fromEntries(
    ['instruction', 'input', 'output', 'system', 'history', 'messages', 'tools', 'id'].map(
      (key) => [key, null],
    ),
  ),
  seedSetKey: 'set',
  seedSetLabel: 'Set',
  armKey: 'small',
  armLabel: 'Small',
  armClass: 'small',
  scenario: 'other',
  round: 1,
  align: 'none',
  skipBadRows: false,
}
const long = (limit: number) => 'x'.repeat(limit + 1)
const STATE = { page: 'rows', params: {} }
const RUBRIC = {
  promptId: null,
  name: 'Clear',
  template: 'Rate {instruction}',
  scale: { kind: 'integers', min: 1, max: 5 },
}

// Each is the valid body but for one part; the name of the part must be in the message.
const REFUSED: [string, string, unknown, ('POST' | 'PATCH')?][] = [
  ['studies', 'description', { name: 'a', description: long(LIMITS.description) }],
  ['studies', 'characters', { name: long(LIMITS.studyName) }],
  ['studies/[studyId]', 'description', { description: long(LIMITS.description) }, 'PATCH'],
  ['studies/[studyId]', 'notice', { notice: long(LIMITS.notice) }, 'PATCH'],
  ['studies/[studyId]/views', 'name', { name: long(LIMITS.viewName), state: STATE }],
  [
    'studies/[studyId]/views',
    'params',
    { name: 'a', state: { ...STATE, params: { filter: long(LIMITS.settings) } } },
  ],
  [
    'studies/[studyId]/views',
    'params',
    { name: 'a', state: { ...STATE, params: { [long(LIMITS.key)]: '' } } },
  ],
  [
    'studies/[studyId]/annotations',
    'value',
    { kind: 'note', value: long(LIMITS.note), cellId: 'a', idx: 0 },
  ],
  [
    'studies/[studyId]/annotations',
    'reason',
    { kind: 'drop', reason: long(LIMITS.reason), cellId: 'a', idx: 0 },
  ],
  ['studies/[studyId]/imports', 'plans', { plans: Array(LIMITS.plans + 1).fill(PLAN) }],
  ['studies/[studyId]/imports', 'round', { plans: [{ ...PLAN, round: LIMITS.round + 1 }] }],
  [
    'studies/[studyId]/imports',
    'seedSetKey',
    { plans: [{ ...PLAN, seedSetKey: long(LIMITS.key) }] },
  ],
  ['studies/[studyId]/imports', 'seedSetKey', { plans: [{ ...PLAN, seedSetKey: '__proto__' }] }],
  ['studies/[studyId]/imports', 'armKey', { plans: [{ ...PLAN, armKey: 'constructor' }] }],
  ['studies/[studyId]/imports', 'armKey', { plans: [{ ...PLAN, armKey: 'a\u001b[2J' }] }],
  ['studies/[studyId]/imports', 'armLabel', { plans: [{ ...PLAN, armLabel: long(LIMITS.label) }] }],
  [
    'studies/[studyId]/imports',
    'instruction',
    { plans: [{ ...PLAN, mapping: { ...PLAN.mapping, instruction: long(LIMITS.sourceColumn) } }] },
  ],
  [
    'studies/[studyId]/compute',
    'params',
    { metrics: [{ metric: 'mnd', params: { promptText: long(LIMITS.settings) } }] },
  ],
  ['studies/[studyId]/compute', 'cellIds', { metrics: [], cellIds: [long(LIMITS.key)] }],
  ['prompts', 'template', { ...RUBRIC, template: 'x'.repeat(1_000_000) }],
  ['prompts', 'note', { ...RUBRIC, note: 'x'.repeat(100_000) }],
  ['backends', 'label', { kind: 'fake', label: 'x'.repeat(1_000) }],
  ['backends', 'config', { kind: 'fake', label: 'a', config: { note: long(LIMITS.settings) } }],
]

describe('what is stored has limits', () => {
  it.each(REFUSED)('%s refuses too much as %s', async (file, part, body, method) => {
    const { status, text } = await send(file, body, method)
    expect([status, text]).toEqual([400, expect.stringContaining(part)])
  })

  it('lets through what is as long as it may be', async () => {
    const state = { ...STATE, params: { filter: 'x'.repeat(LIMITS.settings - 20) } }
    expect(
      await send('studies/[studyId]/views', { name: 'x'.repeat(LIMITS.viewName), state }),
    ).toMatchObject({ status: 200 })
    expect(
      await send('studies', {
        name: 'x'.repeat(LIMITS.studyName),
        description: 'x'.repeat(LIMITS.description),
      }),
    ).toMatchObject({ status: 200 })
    // An upload that is not there is another matter: the plan itself was read.
    const round = await send('studies/[studyId]/imports', {
      plans: [{ ...PLAN, round: LIMITS.round }],
    })
    expect(round.text).toContain('Upload the file again')
  })

  it('keeps so many studies and views, and says what to do about more', async () => {
    const now = Date.now()
    const study = (n: number) => ({
      id: `s${n}`,
      name: `${n}`,
      description: '',
      origin: 'user',
      createdAt: now,
    })
    for (let n = 1; n < LIMITS.studies; n += 1) db.insert(studies).values(study(n)).run()
    const more = await send('studies', { name: 'one more' })
    expect([more.status, more.text]).toEqual([409, expect.stringContaining('Delete some')])
    const view = (n: number) => ({
      id: `v${n}`,
      studyId,
      name: `${n}`,
      state: { filter: {}, sort: {}, columns: [] } as never,
      createdAt: now,
    })
    for (let n = 0; n < LIMITS.views; n += 1) db.insert(views).values(view(n)).run()
    expect((await send('studies/[studyId]/views', { name: 'one more', state: STATE })).status).toBe(
      409,
    )
    // A view of the same name is replaced.
    expect((await send('studies/[studyId]/views', { name: '7', state: STATE })).status).toBe(200)
  })
})
