import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// What may not be imported where; each line is a wall that lint must hold.
const FORBIDDEN: Record<string, readonly string[]> = {
  'lib/stats': ['@/lib/errors', '@/lib/contracts/status', '@/lib/columns/column'],
  'lib/contracts': ['@/lib/errors', '@/db/schema', '@/lib/backends/types', '@/lib/queue/kinds'],
  'lib/api': ['@/lib/services/rows', '@/lib/http/route', '@/lib/errors', '@/db/client'],
  'lib/queue': ['@/lib/worker/pause', '@/lib/services/studies', '@/lib/log', '@/lib/config'],
  db: ['@/lib/backends/session/fingerprint', '@/lib/log', '@/lib/services/studies'],
  'lib/services/runs': ['@/lib/worker/types', '@/lib/worker/handlers/compute/tools', '@/lib/cli/x'],
  'lib/worker/handlers/x': ['@/lib/http/route', '@/lib/cli/main', '@/components/x', '@/app/x'],
  'lib/metrics': ['@/db/client', '@/lib/formats', '@/lib/queue/queue', '@/lib/services/rows'],
  'lib/evolution': ['@/db/client', '@/lib/queue/queue', '@/lib/services/experiments'],
  'lib/backends/http': ['@/db/client', '@/lib/metrics', '@/lib/services/backends', '@/lib/worker'],
  'lib/formats': ['@/lib/services/imports/rows', '@/lib/queue/queue', '@/lib/figures'],
  'lib/formulas': ['@/db/client', '@/lib/services/rows', '@/lib/metrics'],
  'lib/figures': ['@/lib/backends', '@/db/schema', '@/lib/services/figures/data'],
  components: ['@/lib/services/rows', '@/lib/backends', '@/db/client', '@/lib/config'],
  'lib/cli/commands': ['@/lib/testing/job-study'],
  'app/api': ['@/lib/testing/servers/x'],
}
const ALLOWED: Record<string, readonly string[]> = {
  'lib/stats': ['@/lib/stats/ranks'],
  'lib/contracts': ['@/lib/contracts/status'],
  'lib/queue': [
    '@/db/schema',
    '@/db/client',
    '@/lib/contracts/job',
    '@/lib/errors',
    '@/lib/queue/x',
  ],
  db: ['@/lib/contracts/model', '@/lib/errors', '@/db/schema'],
  'lib/services/runs': ['@/lib/queue/kinds', '@/db/client', '@/lib/backends'],
  'lib/worker/handlers/x': ['@/lib/services/runs', '@/lib/queue/kinds', '@/lib/worker/types'],
}

let folder: string
let found: Set<string>

function files(walls: Record<string, readonly string[]>, word: string): [string, string, string][] {
  return Object.entries(walls).flatMap(([room, imports]) =>
    imports.map((name, k): [string, string, string] => [room, `${room}/${word}-${k}.ts`, name]),
  )
}

const kept = files(FORBIDDEN, 'kept')
const open = files(ALLOWED, 'open')

function write(file: string, text: string): void {
  const full = path.join(folder, file)
  fs.mkdirSync(path.dirname(full), { recursive: true })
  fs.writeFileSync(full, text)
}

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-walls-'))
  fs.copyFileSync('.oxlintrc.json', path.join(folder, '.oxlintrc.json'))
  for (const [, file, name] of [...kept, ...open])
    write(file, `export * from '${name}'\nimport '${name}'\n`)
  write('lib/services/jobs.ts', "import { jobs } from '@/db/schema'\nexport const x = jobs\n")
  write('lib/services/runs.ts', "import { runs } from '@/db/schema'\nexport const x = runs\n")
  write('lib/services/rows.test.ts', "import '@/lib/testing/job-study'\nimport '@/lib/worker/x'\n")
  const lint = path.resolve('node_modules/.bin/oxlint')
  const { stdout } = spawnSync(lint, ['--format=json'], { cwd: folder, encoding: 'utf8' })
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { code: string; filename: string }[]
  }
  found = new Set(
    diagnostics
      .filter(({ code }) => code.includes('no-restricted-imports'))
      .map(({ filename }) => filename),
  )
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

describe('the walls between rooms', () => {
  it.each(kept)('keep from %s: (%s) %s', (_room, file) => {
    expect(found).toContain(file)
  })

  it.each(open)('let into %s: (%s) %s', (_room, file) => {
    expect(found).not.toContain(file)
  })

  it('keep the jobs table for the queue, and let tests see everything', () => {
    expect(found).toContain('lib/services/jobs.ts')
    expect(found).not.toContain('lib/services/runs.ts')
    expect(found).not.toContain('lib/services/rows.test.ts')
  })
})

// What only the database's own files may do: hand a text of SQL to SQLite or read JSON without a schema.
const RAW_SQL: readonly [string, RegExp][] = [
  [
    'a raw statement',
    /\$client\s*\.\s*(?:prepare|exec)\b|\{\s*\$client\b|=\s*[\w.]+\.\$client\s*$/m,
  ],
  ['SQL run past the schema', /\bdb\s*\.\s*(?:run|all|get|values)\s*\(\s*sql`(?!pragma)/],
  ['JSON that no schema reads', /mode:\s*'json'/],
]

function productFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
    .filter((file) => !file.startsWith(path.join('lib', 'testing')))
}

function rawSql(text: string): string[] {
  return RAW_SQL.filter(([, pattern]) => pattern.test(text)).map(([name]) => name)
}

describe('SQL', () => {
  it('goes through drizzle or db/hot-sql.ts', () => {
    const files = ['app', 'lib', 'components'].flatMap(productFiles)
    expect(files.length).toBeGreaterThan(500)
    const broken = files.flatMap((file) =>
      rawSql(fs.readFileSync(file, 'utf8')).map((name) => `${file}: ${name}`),
    )
    expect(broken).toEqual([])
    expect(rawSql(fs.readFileSync('db/hot-sql.ts', 'utf8'))).toEqual(['a raw statement'])
  })

  it.each([
    'db.$client.prepare(text)',
    'context.db.$client\n  .prepare(text)',
    'study.db.$client.exec(text)',
    'const { $client } = db',
    'const sqlite = db.$client',
    'db.run(sql`delete from rows`)',
    "text('x', { mode: 'json' })",
  ])('is found where it does not: %s', (text) => {
    expect(rawSql(text)).toHaveLength(1)
  })

  it.each(['db.$client.name', 'db.$client.transaction(work)', 'db.run(sql`pragma optimize`)'])(
    'may use the connection itself: %s',
    (text) => {
      expect(rawSql(text)).toEqual([])
    },
  )
})
