import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { beforeAll, expect, it } from 'vitest'
import type { Db } from '@/db/client'
import { benchmarkTexts, promptVersions, settings, studies } from '@/db/schema'
import { TABLES } from '@/db/tables'
import { backupManifestSchema, type BackupManifest } from '@/lib/contracts/backup'
import { AppError } from '@/lib/errors'
import { openZip } from '@/lib/formats/containers/zip'
import { zipStream } from '@/lib/formats/containers/write-zip'
import { createRandom, type Random } from '@/lib/stats/random'
import { cliFolder } from '@/lib/testing/cli-folder'
import { wholeStudy } from '@/lib/testing/whole-study'
import type { ServiceContext } from '../context'
import { listStudies } from '../studies'
import { getStudyDetail } from '../studies/detail'
import { openBackup } from './open'
import { countOf } from './tables'
import { MANIFEST, partFile, writeBackup } from './write'

const from = cliFolder()
const to = cliFolder()
let whole: Buffer
let parts: Map<string, string[]>
let manifest: BackupManifest

beforeAll(async () => {
  const file = path.join(from.folder, 'whole.zip')
  await from.fill(async (context) => {
    await writeBackup(context, await wholeStudy(context), file, {})
  })
  whole = fs.readFileSync(file)
  const zip = await openZip(file, 'whole.zip', { maxUnpackedBytes: 1e9 })
  parts = new Map()
  for (const one of zip.files) {
    const content = await text(Readable.from(zip.unpack(one)))
    if (one.name === MANIFEST) manifest = backupManifestSchema.parse(JSON.parse(content))
    else parts.set(one.name, content.split('\n').slice(0, -1))
  }
  zip.close()
})

const open = (context: ServiceContext, bytes: Buffer) => {
  const file = path.join(context.config.dataDir, 'mutated.zip')
  fs.writeFileSync(file, bytes)
  return openBackup(context, { path: file, name: 'mutated.zip', sizeBytes: bytes.length }, {})
}

/** How many entries all tables have together. */
const total = (db: Db) => TABLES.reduce((sum, table) => sum + countOf(db, table, undefined), 0)

/** An archive of these parts whose list of contents says what they are now. */
function packed(
  changed: ReadonlyMap<string, readonly string[]>,
  patch: object = {},
): Promise<Buffer> {
  const listed = manifest.parts.map((part) => {
    const lines = changed.get(partFile(part.table)) ?? []
    const sha256 = createHash('sha256').update(lines.map((line) => `${line}\n`).join(''))
    return { ...part, rows: lines.length, sha256: sha256.digest('hex') }
  })
  const contents = JSON.stringify({ ...manifest, parts: listed, ...patch })
  const entries = [
    ...[...changed].map(([name, lines]) => ({
      name,
      chunks: () => lines.map((line) => `${line}\n`),
    })),
    { name: MANIFEST, chunks: () => [contents] },
  ]
  return buffer(Readable.from(zipStream(entries)))
}

const WRONG = [null, -1, 1e9, 0.5, 'x', '', true, { a: 1 }, [], '../../etc/passwd', '\ud800']

/** Bytes changed, cut off or cleared: what a disk or a line does to a file. */
function damaged(random: Random): Buffer {
  const at = Math.floor(random.next() * whole.length)
  const kind = Math.floor(random.next() * 3)
  if (kind === 0) return whole.subarray(0, at)
  const bytes = Buffer.from(whole)
  if (kind === 1) bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random.next() * 8))
  else bytes.fill(0, at, at + 64)
  return bytes
}

/** An entry changed, dropped or doubled, with right sums: what somebody does to a file on purpose. */
function forged(random: Random): Promise<Buffer> {
  const names = [...parts.keys()]
  const name = names[Math.floor(random.next() * names.length)] as string
  const lines = [...(parts.get(name) as string[])]
  const at = Math.floor(random.next() * lines.length)
  const entry = JSON.parse(lines[at] as string) as unknown[]
  const kind = Math.floor(random.next() * 5)
  if (kind === 0) lines.splice(at, 1)
  else if (kind === 1) lines.push(lines[at] as string)
  else {
    entry[Math.floor(random.next() * entry.length)] =
      WRONG[Math.floor(random.next() * WRONG.length)]
    lines[at] = JSON.stringify(entry)
  }
  return packed(new Map(parts).set(name, lines))
}

it('opens the archive that the test packs, so that what it changes is the reason', async () => {
  await to.fill(async (context) => {
    const { rows } = await open(context, await packed(parts))
    expect(rows).toBe(manifest.parts.reduce((sum, part) => sum + part.rows, 0))
    clear(context.db)
  })
})

function clear(db: Db): void {
  for (const table of [studies, benchmarkTexts, promptVersions, settings]) db.delete(table).run()
}

it('never half stores any of 200 changed backups', { timeout: 900_000 }, async () => {
  const faults: string[] = []
  let refused = 0
  await to.fill(async (context) => {
    const empty = total(context.db)
    for (let seed = 0; seed < 200; seed += 1) {
      const random = createRandom(seed)
      const bytes = seed % 2 === 0 ? damaged(random) : await forged(random)
      const opened = await open(context, bytes).catch((error: unknown) => {
        // A reason in plain words, never a fault of ours.
        if (!(error instanceof AppError)) faults.push(`${seed}: ${String(error)}`)
        return null
      })
      const listed = listStudies(context.db).length
      if (listed !== (opened ? 1 : 0)) faults.push(`${seed}: ${listed} studies`)
      // What is no fault (a text is another text) makes a study that can be shown.
      if (opened) faults.push(...getStudyDetail(context.db, opened.studyId).unreadable)
      if (opened) clear(context.db)
      else refused += 1
      const left = total(context.db) - empty
      if (left !== 0) faults.push(`${seed}: ${left} entries are left`)
    }
  })
  expect(faults).toEqual([])
  expect(refused).toBeGreaterThan(100)
})

it('says by which version a newer backup was written, and what is no backup', async () => {
  await to.fill(async (context) => {
    const newer = await packed(parts, { schema: manifest.schema + 1, appVersion: '9.9.9' })
    await expect(open(context, newer)).rejects.toThrow(/newer version of Evolens \(9\.9\.9\)/)
    const later = await packed(parts, { version: 2 })
    await expect(open(context, later)).rejects.toThrow(/newer version/)
    const other = await buffer(
      Readable.from(zipStream([{ name: 'data.json', chunks: () => ['[]'] }])),
    )
    await expect(open(context, other)).rejects.toThrow(/This is no backup of a study/)
  })
})
