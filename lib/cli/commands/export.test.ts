import fs from 'node:fs'
import path from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downloadUrl } from '@/components/hooks/use-export'
import { exportRequestSchema, type ExportCheck } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import type { CellInfo } from '@/lib/contracts/study'
import { WRITERS } from '@/lib/formats/writers'
import { listStudies } from '@/lib/services/studies'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { loadSample } from '@/lib/services/sample/load'
import { cliFolder } from '@/lib/testing/cli-folder'
import { bigramTokenizerFile } from '@/lib/testing/compliance/tokenizer-file'
import { closeWire, openWire, routeFetch } from '@/lib/testing/route-fetch'

const { folder, evolens, fill } = cliFolder()
let study: string

beforeAll(() =>
  fill(async ({ db }) => {
    study = (await loadSample(db)).studyId
  }),
)
afterAll(closeWire)

const file = (name: string) => path.join(folder, name)
const exported = (...args: string[]) => evolens('export', '--study', study, ...args)

/** Returns the bytes that the page's link gives, asked over HTTP. */
function linked(fields: Record<string, unknown>): Promise<Buffer> {
  const request = exportRequestSchema.parse({
    studyId: study,
    state: { filter: emptyFilter(), sort: {}, columns: [] },
    name: 'set',
    ...fields,
  })
  return fill(async (context) => {
    openWire(context)
    const reply = await routeFetch(downloadUrl(request))
    expect(reply.status).toBe(200)
    return Buffer.from(await reply.arrayBuffer())
  })
}

describe('one recipe', () => {
  it.each(WRITERS.map(({ id, options }) => [id, 'excludeBlocked' in options.shape] as const))(
    'gives the same bytes as %s from the command line, and by the link of the page over HTTP',
    { timeout: 120_000 },
    async (format, canExclude) => {
      const out = file(format)
      const exclude = canExclude ? ['--exclude-blocked'] : []
      const ended = await exported(
        '--format',
        format,
        '--name',
        'set',
        '--metrics',
        '--lineage',
        ...exclude,
        '--out',
        out,
      )
      expect([ended.code, ended.err]).toEqual([0, ''])
      const options = canExclude ? { excludeBlocked: true } : {}
      const bytes = await linked({ format, metrics: true, lineage: true, options })
      expect(bytes.length).toBeGreaterThan(1000)
      expect(fs.readFileSync(out).equals(bytes)).toBe(true)
    },
  )

  it(
    'is unpacked into a folder where one is named, with the bytes of the archive',
    { timeout: 120_000 },
    async () => {
      const out = file('folder')
      const ended = await exported('--format', 'hugging-face', '--name', 'set', '--out', `${out}/`)
      expect([ended.code, ended.err]).toEqual([0, ''])
      const archive = unzipSync(await linked({ format: 'hugging-face' }))
      const names = fs.readdirSync(out, { recursive: true, withFileTypes: true })
      const files = names
        .filter((one) => one.isFile())
        .map((one) => path.relative(out, path.join(one.parentPath, one.name)))
      expect(files.toSorted()).toEqual(Object.keys(archive).toSorted())
      for (const name of files)
        expect(fs.readFileSync(path.join(out, name)).equals(Buffer.from(archive[name] ?? []))).toBe(
          true,
        )
      const wrong = await exported('--format', 'jsonl', '--out', `${out}/`)
      expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('is a folder')])
    },
  )
})

describe('an export by a job', () => {
  it(
    'gives the bytes of the direct one, at once or fetched later by its id',
    { timeout: 120_000 },
    async () => {
      await exported('--name', 'set', '--out', file('direct'))
      const direct = fs.readFileSync(file('direct'))
      const waited = await exported('--name', 'set', '--wait', '--json', '--out', file('waited'))
      expect(waited.code).toBe(0)
      expect(fs.readFileSync(file('waited')).equals(direct)).toBe(true)
      const [{ job, rows } = { job: '', rows: 0 }] = JSON.parse(waited.out) as {
        job: string
        rows: number
      }[]
      expect(rows).toBe(direct.toString().trimEnd().split('\n').length)
      const again = await exported('--job', job, '--out', file('again'))
      expect(again.code).toBe(0)
      expect(fs.readFileSync(file('again')).equals(direct)).toBe(true)
      const left = await exported('--name', 'set', '--background', '--json')
      expect(JSON.parse(left.out)).toEqual([{ job: expect.stringMatching(/^[0-9a-f-]{36}$/) }])
      const tokenizer = ['--tokenizer', bigramTokenizerFile(false), '--cutoff-len', '5']
      const chats = ['--format', 'openai-chat', '--exclude-blocked', ...tokenizer]
      const counted = await exported(...chats, '--json', '--out', file('counted'))
      const [{ check } = { check: null }] = JSON.parse(counted.out) as { check: ExportCheck }[]
      expect(check?.warnings.find(({ rule }) => rule === 'cutoff_tokens')?.message).toContain(
        'by tokenizer.json (sha256',
      )
      const none = await exported('--name', 'set')
      expect([none.code === 0, none.err]).toEqual([false, expect.stringContaining('--out')])
    },
  )
})

it(
  'a bundle of the sample, imported again, holds its rows with parents, operators and values',
  { timeout: 120_000 },
  async () => {
    const bundle = file('sample.zip')
    const made = await exported('--format', 'llama-factory', '--exclude-blocked', '--out', bundle)
    expect(made.code).toBe(0)
    const ended = await evolens('import', '--study', 'Again', bundle)
    expect([ended.code, ended.out + ended.err]).toEqual([
      0,
      expect.stringContaining('Restored from an export'),
    ])
    await fill(({ db }) => {
      const again = listStudies(db).find(({ name }) => name === 'Again')?.id ?? ''
      const [before, after] = [study, again].map((id) => getStudyDetail(db, id))
      const placesOf = (cells: CellInfo[] = []) =>
        cells.map(({ armKey, round, rowCount }) => `${armKey} ${round} ${rowCount}`).toSorted()
      expect(placesOf(after?.cells)).toEqual(placesOf(before?.cells))
      // Rows that were made from constraints have no parents, there and here.
      const evolved = (after?.cells ?? []).filter(
        ({ armKey, seedSetKey }) => armKey !== null && seedSetKey !== 'autoif',
      )
      expect(evolved.length).toBeGreaterThan(0)
      for (const { alignment, rowCount } of evolved)
        expect(alignment).toMatchObject({
          kind: 'lineage',
          matched: rowCount,
          operatorRows: rowCount,
        })
      const stated = (after?.runs ?? []).map(({ definition }) => definition.params['definition'])
      const hashes = (before?.runs ?? []).map(({ definitionHash }) => definitionHash)
      expect(stated.length).toBeGreaterThan(3)
      expect(hashes).toEqual(expect.arrayContaining(stated))
    })
  },
)
