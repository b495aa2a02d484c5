import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '@/lib/config'
import { setContext } from '@/lib/http/context'
import { currentCells } from '@/lib/services/cells'
import { loadSample } from '@/lib/services/sample/load'
import { listStudies } from '@/lib/services/studies'
import { testDatabase } from '@/lib/testing/database'
import { routeServer } from '@/lib/testing/route-server'
import type { Db } from '@/db/client'
import { apiCatalogue } from './openapi'
import { pythonOf, pythonValue } from './python'

const hasPython = spawnSync('python3', ['--version']).status === 0
const TOKEN = 'token-of-this-test-only'
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-python-'))

let db: Db
let studyId: string
let server: Awaited<ReturnType<typeof routeServer>>

beforeAll(async () => {
  db = testDatabase()
  studyId = (await loadSample(db)).studyId
  const env = { LOG_LEVEL: 'silent', EVOLENS_ACCESS_TOKEN: TOKEN, EVOLENS_DATA_DIR: folder }
  setContext({ db, config: readConfig(env) })
  server = await routeServer()
})
afterAll(() => {
  server.close()
  setContext(null)
  fs.rmSync(folder, { recursive: true })
})

interface Ended {
  code: number | null
  out: string
  err: string
}

function run(script: string, token = TOKEN): Promise<Ended> {
  const child = spawn('python3', ['-'], {
    cwd: folder,
    env: { ...process.env, EVOLENS_URL: server.url, EVOLENS_ACCESS_TOKEN: token },
  })
  // As its input: all snippets together are longer than an argument may be.
  child.stdin.end(script)
  const text = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (text.out += String(chunk)))
  child.stderr.on('data', (chunk: Buffer) => (text.err += String(chunk)))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...text })))
}

/** The snippet of a call as a user completes it: with ids of their own, query and body by choice. */
function snippet(
  id: string,
  values: { path?: Record<string, string>; query?: Record<string, unknown>; body?: unknown } = {},
): string {
  const operation = apiCatalogue().operations.find(({ endpoint }) => endpoint.id === id)
  if (!operation) throw new Error(`There is no call ${id}.`)
  const given = { ...values.path, ...values.query }
  const parameters = operation.parameters.map((one) => ({
    ...one,
    example: Object.hasOwn(given, one.name) ? given[one.name] : one.example,
  }))
  const body = operation.body && {
    ...operation.body,
    ...('body' in values ? { example: values.body } : {}),
  }
  return pythonOf({ ...operation, parameters, body }, values.query ?? {})
}

describe.skipIf(!hasPython)('Python snippets (skipped where there is no python3)', () => {
  it('all compile', async () => {
    const sources = apiCatalogue().operations.map(({ python }) => python)
    const script = `import json, sys\nfor one in json.loads(${pythonValue(JSON.stringify(sources))}): compile(one, "snippet", "exec")`
    expect(await run(script)).toEqual({ code: 0, out: '', err: '' })
  })

  it('read studies, rows under a filter, figures and comparisons', async () => {
    const studies = await run(snippet('listStudies'))
    expect(JSON.parse(studies.out)).toMatchObject([{ id: studyId }])
    const state = { filter: { rounds: [3] }, columns: ['instruction_words.with_input'] }
    const query = { state, limit: 2 }
    const rows = await run(snippet('listRows', { path: { studyId }, query }))
    expect(rows.err).toBe('')
    expect(JSON.parse(rows.out)).toMatchObject({ total: 96, rows: [{ round: 3 }, { round: 3 }] })
    const figure = await run(
      snippet('figure', { path: { studyId, figureId: 'difficulty-levels' } }),
    )
    expect(JSON.parse(figure.out)).toMatchObject({ figure: { id: 'difficulty-levels' } })
    const sides = { a: { arm: 'sampled', round: 3 }, b: { arm: 'greedy', round: 3 } }
    const compared = await run(
      snippet('compare', { path: { studyId }, query: { state: sides, part: 'summary' } }),
    )
    expect([compared.code, compared.err]).toEqual([0, ''])
  })

  it('change things, send files and save what comes back as a file', async () => {
    const name = 'Étude "2" \u2028 \\ \u{1f600}'
    const made = await run(snippet('createStudy', { body: { name, description: 'a\nb' } }))
    expect(made.err).toBe('')
    expect(listStudies(db).map((one) => one.name)).toContain('Étude "2" \\ \u{1f600}')
    const [cell] = currentCells(db, studyId)
    const rows = [{ cellId: cell?.id, idx: 0 }]
    const marked = await run(
      snippet('annotate', { path: { studyId }, body: { kind: 'star', rows } }),
    )
    expect(JSON.parse(marked.out)).toEqual({ no: 1, rows: 1 })
    const undo = await run(snippet('undoAnnotation', { path: { studyId, no: '1' } }))
    expect(undo.out).toBe('204\n')
    fs.writeFileSync(path.join(folder, 'FILE'), '[{"instruction": "One"}]')
    const sent = await run(snippet('upload', { query: { name: 'a.json' } }))
    expect(JSON.parse(sent.out)).toMatchObject({ fileName: 'a.json', sizeBytes: 24 })
    const csv = await run(snippet('resultsCsv', { path: { studyId } }))
    expect(csv.err).toBe('')
    expect(fs.readFileSync(path.join(folder, 'reply.bin'), 'utf8')).toContain('Benchmark')
  })

  it('say what the server says when it refuses', async () => {
    const wrong = await run(snippet('study', { path: { studyId: 'a/../b' } }))
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('study')])
    expect((await run(snippet('listStudies'), 'another-token-than-that')).err).toBe(
      'This access token is wrong.\n',
    )
  })
})
