import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { call } from '@/components/hooks/api'
import { downloadUrl, exportFileUrl } from '@/components/hooks/use-export'
import {
  checkExportEndpoint,
  countTokensEndpoint,
  listExportsEndpoint,
  startExportEndpoint,
} from '@/lib/api/export'
import { exportRequestSchema, type ExportRequest } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import { getJob } from '@/lib/queue/queue'
import { exportRecipe } from '@/lib/services/exports'
import { purgeExportFiles } from '@/lib/services/exports/file'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { addFake } from '@/lib/testing/job-study'
import { bigramTokenizerFile } from '@/lib/testing/compliance/tokenizer-file'
import { closeWire, openWire, routeFetch } from '@/lib/testing/route-fetch'
import { runJobs } from '@/lib/testing/run-jobs'

let study: TestStudy
beforeEach(async () => {
  study = await testStudy()
  openWire(study)
})
afterEach(async () => {
  closeWire()
  await study.close()
})

function request(format: string): ExportRequest {
  const state = { filter: emptyFilter(), sort: { column: 'position' }, columns: [] }
  return exportRequestSchema.parse({ studyId: study.studyId, state, format, name: 'set' })
}

const params = () => ({ studyId: study.studyId })
const files = () => fs.readdirSync(path.join(study.config.dataDir, 'exports'))
const bytesOf = async (reply: Response) => Buffer.from(await reply.arrayBuffer())

async function written(one: ExportRequest): Promise<string> {
  const { jobs } = await call(startExportEndpoint, { params: params(), body: one })
  await runJobs(study)
  return jobs[0]?.id ?? ''
}

it.each(['jsonl', 'llama-factory'])(
  'writes %s to a file with the bytes of the download, and continues a broken download',
  async (format) => {
    await importRows(study, 'a.json', alpacaRows(500, 'a'))
    const id = await written(request(format))
    expect(await call(listExportsEndpoint, { params: params() })).toMatchObject([
      { id, hasFile: true, rowCount: 500 },
    ])
    const whole = await bytesOf(await routeFetch(downloadUrl(request(format))))
    const file = exportFileUrl(study.studyId, id)
    const first = await routeFetch(file)
    expect(first.headers.get('accept-ranges')).toBe('bytes')
    expect((await bytesOf(first)).equals(whole)).toBe(true)
    const etag = first.headers.get('etag') ?? ''
    const part = (range: string, ifRange = etag) =>
      routeFetch(file, { headers: { range, 'if-range': ifRange } })
    const rest = await part('bytes=1000-')
    expect([rest.status, rest.headers.get('content-range')]).toEqual([
      206,
      `bytes 1000-${whole.length - 1}/${whole.length}`,
    ])
    expect((await bytesOf(rest)).equals(whole.subarray(1000))).toBe(true)
    expect((await bytesOf(await part('bytes=-7'))).equals(whole.subarray(-7))).toBe(true)
    expect((await bytesOf(await part('bytes=2-3'))).equals(whole.subarray(2, 4))).toBe(true)
    const other = await part('bytes=1000-', '"another file"')
    expect([other.status, (await bytesOf(other)).length]).toEqual([200, whole.length])
    expect((await part(`bytes=${whole.length}-`)).status).toBe(416)
  },
)

/** Rows of 20 KB, so that several notes of how far the file is fall into it. */
async function importLong(n: number): Promise<void> {
  const rows = alpacaRows(n, 'a').map((row, k) => ({ ...row, output: `${k} `.repeat(4_000) }))
  await importRows(study, 'long.json', rows)
}

/** Stops the job when something is written and noted; returns its id and the file of its part. */
async function stoppedHalfway(one: ExportRequest, why: 'shutdown' | 'cancel') {
  const { jobs } = await call(startExportEndpoint, { params: params(), body: one })
  const id = jobs[0]?.id ?? ''
  const part = path.join(study.config.dataDir, 'exports', `${id}.part`)
  const isWritten = () => fs.existsSync(one.format.startsWith('llama') ? part : `${part}.json`)
  await runJobs(study, () => (isWritten() ? why : null))
  return { id, part }
}

const GOES_ON = /^gone on after row [1-9]\d*$/

it.each([
  ['json', GOES_ON],
  ['jsonl', GOES_ON],
  ['csv', GOES_ON],
  ['llama-factory', /^begun anew: a file of this format cannot be continued/],
])(
  'a job that writes %s and was broken off says how it went on, and ends with the same bytes',
  async (format, note) => {
    await importLong(900)
    const { id, part } = await stoppedHalfway(request(format), 'shutdown')
    expect(getJob(study.db, id).state).toBe('queued')
    // What a kill left behind the last note.
    fs.appendFileSync(part, 'half a ro')
    await runJobs(study)
    const { state, result } = getJob(study.db, id)
    expect([state, result]).toEqual(['succeeded', expect.objectContaining({ rows: 900 })])
    expect(String(result?.['note'])).toMatch(note)
    const whole = await bytesOf(await routeFetch(downloadUrl(request(format))))
    const file = await routeFetch(exportFileUrl(study.studyId, id))
    expect(file.headers.get('etag')).toContain(createHash('sha256').update(whole).digest('hex'))
    expect((await bytesOf(file)).equals(whole)).toBe(true)
    expect(files()).toEqual([id])
  },
)

it('begins anew, and says why, where rows have changed since or a part of the file is lost', async () => {
  await importLong(900)
  const first = await stoppedHalfway(request('jsonl'), 'shutdown')
  await importRows(study, 'b.json', alpacaRows(3, 'b'), { seedSetKey: 'more' })
  await runJobs(study)
  expect(getJob(study.db, first.id).result).toMatchObject({
    rows: 903,
    note: 'begun anew: rows, values or marks have changed',
  })
  const second = await stoppedHalfway(request('jsonl'), 'shutdown')
  fs.truncateSync(second.part, 100)
  await runJobs(study)
  expect(getJob(study.db, second.id).result).toMatchObject({
    rows: 903,
    note: 'begun anew: a part of the file is lost',
  })
})

// One word or sign is one token for both: 1 of the system prompt, 3 of the question, 6 of the answer.
const CHAT = {
  messages: [
    { role: 'system', content: 'one' },
    { role: 'user', content: 'a b c' },
    { role: 'assistant', content: 'Two words,\nthree!' },
  ],
}

it.each([
  ['a backend', () => 'Fake', 'the tokenizer of fake'],
  ['a tokenizer.json', () => bigramTokenizerFile(false), 'tokenizer.json (sha256'],
])(
  'counts rows with %s in a job, to the token, and counts again only what is new',
  async (_, tokenizer, name) => {
    addFake(study.db)
    const longer = [...CHAT.messages.slice(0, 2), { role: 'assistant', content: 'a b c a b c a' }]
    await importRows(study, 'chats.json', [CHAT, { messages: longer }, CHAT])
    const options = { tokenizer: tokenizer(), cutoffLen: '10', templateTokens: '0' }
    const one = (format: string, patch = {}) => ({
      ...request(format),
      options: { ...options, ...patch },
    })
    const check = (body: ExportRequest) => call(checkExportEndpoint, { params: params(), body })
    const found = async (body: ExportRequest) => {
      const { blocking, warnings } = await check(body)
      return [...blocking, ...warnings].map(({ rule, at }) => [rule, ...at])
    }
    expect(await found(one('openai-chat'))).toEqual([
      ['not_counted_yet', 1, 2, 3],
      ['duplicate_prompt', 2, 3],
      ['duplicate_row', 3],
    ])
    await expect(routeFetch(downloadUrl(one('openai-chat')))).resolves.toMatchObject({
      status: 400,
    })
    const { jobs } = await call(countTokensEndpoint, {
      params: params(),
      body: one('openai-chat'),
    })
    await runJobs(study)
    expect(getJob(study.db, jobs[0]?.id ?? '')).toMatchObject({
      state: 'succeeded',
      progress: { done: 3, total: 3 },
      result: { rows: 3, tokenizer: expect.stringContaining(name) },
    })
    const { blocking, warnings } = await check(one('openai-chat'))
    expect(blocking).toEqual([])
    expect(warnings.find(({ rule }) => rule === 'cutoff_tokens')).toMatchObject({
      at: [2],
      message: expect.stringContaining(`1 rows are longer than cutoff_len 10 by ${name}`),
    })
    // Three messages of one token each make all rows too long; 13 is the longest that training keeps.
    const templated = { templateTokens: '1', cutoffLen: '13' }
    expect(await found(one('llama-factory', templated))).toContainEqual(['cutoff_tokens', 2])
    expect(await found(one('llama-factory', { ...templated, cutoffLen: '12' }))).toContainEqual([
      'cutoff_tokens',
      1,
      2,
      3,
    ])
    await importRows(study, 'more.json', alpacaRows(2, 'a'), { seedSetKey: 'more' })
    expect(await found(one('openai-chat'))).toContainEqual(['not_counted_yet', 4, 5])
    // The job that writes the file counts them itself; the recipe says what counted, and not where it lies.
    const id = await written(one('openai-chat'))
    expect(getJob(study.db, id)).toMatchObject({ state: 'succeeded', result: { rows: 5 } })
    expect(await found(one('openai-chat'))).not.toContainEqual(['not_counted_yet', 4, 5])
    const { text } = exportRecipe(study.db, study.studyId, id)
    expect(text).toContain(`tokenizer: ${name}`)
    expect(text).not.toContain('/tokenizer.json')
  },
)

it('says which tokenizer is not known, and counts anew by a file that was changed', async () => {
  await importRows(study, 'chats.json', [CHAT])
  const file = path.join(study.config.dataDir, 'tokenizer.json')
  fs.copyFileSync(bigramTokenizerFile(false), file)
  const by = (tokenizer: string) => ({ ...request('openai-chat'), options: { tokenizer } })
  const check = (tokenizer: string) =>
    call(checkExportEndpoint, { params: params(), body: by(tokenizer) })
  await expect(check('Nobody')).rejects.toThrow(/there is no backend "Nobody"/)
  await written(by(file))
  expect((await check(file)).blocking).toEqual([])
  fs.appendFileSync(file, '\n')
  expect((await check(file)).blocking).toMatchObject([{ rule: 'not_counted_yet', rows: 1 }])
  fs.rmSync(file)
  expect(getJob(study.db, await written(by(file)))).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('tokenizer.json'),
  })
})

it('leaves nothing of a job that is cancelled halfway', async () => {
  await importLong(900)
  const { id } = await stoppedHalfway(request('jsonl'), 'cancel')
  const { state, progress } = getJob(study.db, id)
  expect(state).toBe('cancelled')
  expect(progress.total).toBeGreaterThanOrEqual(progress.done)
  expect(files()).toEqual([])
})

it('leaves nothing of a cancelled or refused export, and removes files after a week', async () => {
  await importRows(study, 'a.json', alpacaRows(3_000, 'a'))
  const { jobs } = await call(startExportEndpoint, { params: params(), body: request('jsonl') })
  await runJobs(study, () => 'cancel')
  expect(getJob(study.db, jobs[0]?.id ?? '')).toMatchObject({ state: 'cancelled' })
  expect(await call(listExportsEndpoint, { params: params() })).toEqual([])
  const none = {
    ...request('jsonl'),
    state: { ...request('jsonl').state, filter: { ...emptyFilter(), text: 'zz' } },
  }
  const refused = await written(none)
  expect(getJob(study.db, refused)).toMatchObject({ state: 'failed' })
  const id = await written(request('csv'))
  expect(files()).toEqual([id])
  expect(await purgeExportFiles(study.config, Date.now() + 6 * 86_400_000)).toBe(0)
  expect(await purgeExportFiles(study.config, Date.now() + 8 * 86_400_000)).toBe(1)
  const gone = await routeFetch(exportFileUrl(study.studyId, id))
  expect([gone.status, await gone.text()]).toEqual([404, expect.stringContaining('7 days')])
  expect(await call(listExportsEndpoint, { params: params() })).toMatchObject([
    { id, hasFile: false },
  ])
})
