import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ColumnKind } from '@/lib/contracts/column-kinds'
import { columnMetric } from '@/lib/metrics'

let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-cli-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

interface Ended {
  code: number | null
  out: string
  err: string
}

/** Runs the command line as a process of its own on a data folder of this test file. */
function evolens(...args: string[]): Promise<Ended> {
  const env = {
    ...process.env,
    EVOLENS_DATA_DIR: path.join(folder, 'data'),
    NODE_ENV: 'production' as const,
  }
  const child = spawn(process.execPath, ['--import', 'tsx', 'lib/cli/main.ts', ...args], { env })
  return new Promise((resolve) => {
    const ended: Ended = { code: null, out: '', err: '' }
    child.stdout.on('data', (chunk) => (ended.out += chunk))
    child.stderr.on('data', (chunk) => (ended.err += chunk))
    child.on('close', (code) => resolve({ ...ended, code }))
  })
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const target = path.join(folder, name)
  await fs.writeFile(target, content)
  return target
}

async function studies(): Promise<{ name: string }[]> {
  return JSON.parse((await evolens('--json', 'studies')).out) as { name: string }[]
}

async function uploads(): Promise<string[]> {
  return fs.readdir(path.join(folder, 'data', 'uploads')).catch(() => [])
}

/** "instruction,output" and a row of Chinese, in the bytes of Excel. */
const CHINESE = Buffer.from('aW5zdHJ1Y3Rpb24sb3V0cHV0CsTjusOjrMrAvecstPCwuAo=', 'base64')

describe('import on the command line', { timeout: 120_000 }, () => {
  it('leaves no study, upload or job behind a wrong path, a refused file and a dry run', async () => {
    const nonsense = await file('x.json', 'nonsense')
    const good = await file('good.json', JSON.stringify([{ instruction: 'a', output: 'b' }]))
    const wrong = await evolens('import', '--study', 'S', good, path.join(folder, 'none.json'))
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('no file or folder') })
    const refused = await evolens('import', '--study', 'S', nonsense)
    expect(refused).toMatchObject({
      code: 3,
      err: expect.stringContaining('neither JSON nor a table'),
    })
    const dry = await evolens('import', '--study', 'S', '--dry-run', good)
    expect(dry.code).toBe(0)
    expect(await studies()).toEqual([])
    expect(await uploads()).toEqual([])
  })

  it('shows exactly what would be imported, options included', async () => {
    const rows = [1, 2, 3].map((n) => ({ q: `q${n}`, a: `a${n}`, key: `k${n}`, dist: n / 10 }))
    const name = await file('mine.json', JSON.stringify(rows))
    const options = ['--instruction', 'q', '--output', 'a', '--id', 'key', '--arm', 'tiny']
    const more = ['--round', '2', '--seed-set', 'math', '--align', 'id', '--operators', 'rotation4']
    const column = ['--column', 'dist=min_neighbor_distance', '--skip-bad-rows']
    const args = ['import', '--study', 'S', '--dry-run', ...options, ...more, ...column, name]
    const [facts] = JSON.parse((await evolens('--json', ...args)).out) as unknown[]
    expect(facts).toMatchObject({
      file: 'mine.json',
      format: 'generic',
      seedSet: 'math',
      arm: 'tiny',
      round: 2,
      align: 'id',
      operators: 'rotation4',
      mapping: { instruction: 'q', input: null, output: 'a', id: 'key' },
      columns: [{ column: 'dist', kind: 'min_neighbor_distance' }],
      skipBadRows: true,
      rows: 3,
      trouble: null,
    })
    const { out } = await evolens(...args)
    expect(out).toContain('mine.json, format generic, rows 3')
    expect(out).toContain('seed set math, evolver tiny, round 2')
    expect(out).toContain('by id, operators rotation4')
    expect(out).toContain('instruction=q, output=a, id=key, dist=min_neighbor_distance')
    expect(out).toContain('broken rows are skipped')
  })

  it('asks with the name of the option, and takes the option or --yes', async () => {
    const wrapped = await file(
      'w.json',
      '{"version": "1", "data": [{"instruction": "a", "output": "b"}]}',
    )
    const half = await file('ls.json', '[{"instruction":"smile \\ud83d","output":"ok"}]')
    const twice = await file('twice.json', '[{"instruction":"a","output":"x","output":"y"}]')
    const chinese = await file('gb.csv', CHINESE)
    const bare = await file('io.jsonl', '{"first": "What is a cat?", "second": "An animal."}\n')
    const refusal = await evolens('import', '--study', 'S', wrapped, half, twice, chinese, bare)
    expect(refusal.code).toBe(3)
    const lines = refusal.err.split('\n')
    expect(lines[0]).toMatch(/^Error: w\.json.*property "data".*--unwrap, or --yes/)
    expect(lines[1]).toMatch(/^ls\.json.*--repair lone-surrogates, or --yes/)
    expect(lines[2]).toMatch(/^twice\.json.*--repair duplicate-keys, or --yes/)
    expect(lines[3]).toMatch(/^gb\.csv.*looks like gb18030.*--encoding gb18030, or --yes/)
    expect(lines[4]).toMatch(/^io\.jsonl: .*--instruction/)
    expect(await studies()).toEqual([])
    const all = [
      '--unwrap',
      '--repair',
      'lone-surrogates',
      'duplicate-keys',
      '--encoding',
      'gb18030',
    ]
    const named = await evolens('--json', 'import', '--study', 'S', '--dry-run', ...all, chinese)
    expect(JSON.parse(named.out)).toMatchObject([
      {
        trouble: null,
        rows: 1,
        opening: {
          encoding: 'gb18030',
          unwrap: true,
          loneSurrogates: 'replace',
          duplicateKeys: 'last',
        },
      },
    ])
    const said = await evolens(
      '--json',
      'import',
      '--study',
      'S',
      '--dry-run',
      '--yes',
      wrapped,
      half,
      twice,
      chinese,
    )
    expect((JSON.parse(said.out) as { trouble: unknown }[]).map(({ trouble }) => trouble)).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  it('refuses options that mean nothing, with those that there are', async () => {
    const good = await file('good.json', JSON.stringify([{ instruction: 'a', output: 'b' }]))
    const kind = await evolens('import', '--study', 'S', '--column', 'output=score', good)
    expect(kind).toMatchObject({ code: 2, err: expect.stringContaining('min_neighbor_distance') })
    const column = await evolens('import', '--study', 'S', '--column', 'none=repeat_count', good)
    expect(column).toMatchObject({
      code: 3,
      err: expect.stringContaining('no column is called "none"'),
    })
    const round = await evolens('import', '--study', 'S', '--round', 'two', good)
    expect(round).toMatchObject({ code: 2, err: expect.stringContaining('whole number') })
    expect(await studies()).toEqual([])
  })

  it('imports under the decisions, keeps them with the cell, and makes the study then', async () => {
    const chinese = await file('gb.csv', CHINESE)
    const done = await evolens('--json', 'import', '--study', 'S', '--encoding', 'gb18030', chinese)
    expect(done.err).toBe('')
    expect(done.code).toBe(0)
    expect(await studies()).toMatchObject([{ name: 'S' }])
    expect(await uploads()).toEqual([])
    const { openDatabase } = await import('@/db/client')
    const db = openDatabase(path.join(folder, 'data', 'evolens.sqlite'))
    const cell = db.$client.prepare('select source from cells').pluck().get() as string
    expect(JSON.parse(cell)).toMatchObject({ opening: { encoding: 'gb18030' } })
    const text = db.$client.prepare('select instruction from rows').pluck().get()
    expect(text).toBe('你好，世界')
    db.$client.close()
    // The same content is known only when it is read in the same way.
    const again = await evolens('import', '--study', 'S', '--encoding', 'gb18030', chinese)
    expect(again.out).toContain('Already imported')
  })

  it('imports chosen columns, by which an export is then filtered and sorted', async () => {
    const rows = [
      {
        instruction: 'a',
        output: 'x',
        source: 'web',
        topics: 'law; math',
        sure: 'yes',
        score: '2',
      },
      { instruction: 'b', output: 'y', source: 'books', topics: 'math', sure: 'no', score: '1,5' },
      { instruction: 'c', output: 'z', source: 'web', topics: 'math;art', sure: 'yes', score: '1' },
    ]
    const name = await file('mine.json', JSON.stringify(rows))
    const dry = await evolens('import', '--study', 'Columns', '--dry-run', name)
    expect(dry.out).toMatch(/Further {2}source=\w+, topics=\w+ \(.*\), sure=category \(.*\), score/)
    const columns = ['source=category', 'topics=tags:;', 'sure=boolean', 'score=number']
    const chosen = columns.flatMap((column) => ['--column', column])
    expect(await evolens('import', '--study', 'Columns', ...chosen, name)).toMatchObject({
      code: 0,
    })
    const id = (column: string, kind: ColumnKind) => `${columnMetric(column, kind).metric.id}.value`
    const ids = [id('source', 'category'), id('topics', 'tags'), id('sure', 'boolean')]
    const values = [
      { column: ids[0], values: ['web'] },
      { column: ids[1], match: 'all', values: ['math'] },
    ]
    const sort = { column: id('score', 'number') }
    const state = JSON.stringify({ filter: { values }, sort, columns: ids })
    const out = path.join(folder, 'out.jsonl')
    const args = ['export', '--study', 'Columns', '--state', state, '--metrics', '--out', out]
    expect(await evolens(...args)).toMatchObject({ code: 0 })
    const lines = (await fs.readFile(out, 'utf8')).trim().split('\n')
    const written = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(written.map((row) => [row['instruction'], ...ids.map((one) => row[one])])).toEqual([
      ['c', 'web', ['math', 'art'], true],
      ['a', 'web', ['law', 'math'], true],
    ])
  })
})
