import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PLAIN_OPENING } from '@/lib/contracts/opening'
import { parquetOf } from '@/lib/testing/formats/parquet-file'
import { filesApart } from './apart'
import { filesHere } from './tasks'
import type { LookTask } from '../imports/look'

let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-files-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

async function task(name: string, text: string | Uint8Array): Promise<LookTask> {
  const file = path.join(folder, name)
  await fs.writeFile(file, text)
  const rest = { format: null, mapping: null, opening: PLAIN_OPENING, columns: [] }
  return { path: file, name, sizeBytes: text.length, ...rest }
}

const good = () => task('good.json', JSON.stringify([{ instruction: 'a', output: 'b' }]))
/** A legal row of 12 MB that takes some hundred MB as values. */
const heavy = () => task('heavy.jsonl', `{"instruction":"a","x":[${'[],'.repeat(4_000_000)}1]}\n`)
const roomy = { silenceMs: 60_000, heapMb: 1_024 }

/** Runs work and returns its duration and the longest time in which this process answered nobody. */
async function whileBusy(work: () => Promise<unknown>) {
  const start = performance.now()
  let last = start
  let longest = 0
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 5)
  await work()
  clearInterval(timer)
  return { longest, duration: performance.now() - start }
}

describe('files read in a process of their own', () => {
  it('give what they give here, while this process goes on answering', async () => {
    const files = filesApart(roomy)
    const look = await files.look(await good())
    expect(look).toMatchObject({ formatId: 'alpaca', error: null, rows: [{ instruction: 'a' }] })
    const wide = await task('wide.csv', `${'name,'.repeat(1_000_000)}name\n1\n`)
    const { longest, duration } = await whileBusy(async () => {
      expect((await files.look(wide)).error?.message).toMatch(/has 1000001 columns/)
      expect((await files.look(await heavy())).error).toBeNull()
    })
    expect(duration).toBeGreaterThan(500)
    // A process that reads them itself answers nobody for nearly all of that time.
    expect(longest).toBeLessThan(duration / 3)
  }, 60_000)

  it('may be Parquet, of which a damaged one is told with its name', async () => {
    const files = filesApart(roomy)
    const bytes = await parquetOf('[{"instruction":"a","output":"b","tags":["x",null]}]')
    const look = await files.look(await task('rows.parquet', bytes))
    expect(look).toMatchObject({ formatId: 'alpaca', error: null, rowCount: 1 })
    const cut = await files.look(await task('cut.parquet', bytes.subarray(0, 150)))
    expect(cut.error?.message).toMatch(/^cut\.parquet, byte 0: .* cut off/)
  }, 60_000)

  it('may be a benchmark, whose texts come back as they are read here', async () => {
    const { path: file, name } = await task('gsm.jsonl', '{"q": "a", "a": ["b"]}\n{"q": "c"}\n')
    const read = await filesApart(roomy).benchmark({ path: file, name })
    expect(read).toEqual(await filesHere.benchmark({ path: file, name }))
    expect(read.items).toEqual(['a\nb', 'c'])
    const broken = await task('broken.json', '[1')
    await expect(filesApart(roomy).benchmark(broken)).rejects.toThrow(/^Line 1 of broken\.json/)
  }, 60_000)

  it('are given up after the time limit, and the next file is read', async () => {
    const files = filesApart({ ...roomy, silenceMs: 3_000 })
    await files.look(await good())
    // A regular file that never ends stands for one that a reader never comes to an end with.
    const pipe = path.join(folder, 'endless')
    const { execFileSync } = await import('node:child_process')
    execFileSync('mkfifo', [pipe])
    await expect(
      files.look({ ...(await good()), path: pipe, name: 'endless.json' }),
    ).rejects.toThrow(/^endless\.json: reading it took longer than 3 seconds/)
    expect((await files.look(await good())).error).toBeNull()
  }, 60_000)

  it('may break down for want of memory, which is told as an error of the file', async () => {
    const files = filesApart({ ...roomy, heapMb: 100 })
    await expect(files.look(await heavy())).rejects.toMatchObject({
      code: 'data_error',
      message: expect.stringMatching(/^heavy\.jsonl: .* more than 100 MB of memory/),
    })
    expect((await files.look(await good())).error).toBeNull()
  }, 60_000)

  it('are left alone when nobody waits any more', async () => {
    const files = filesApart(roomy)
    const controller = new AbortController()
    const look = files.look(await heavy(), controller.signal)
    controller.abort()
    await expect(look).rejects.toMatchObject({ code: 'cancelled' })
  })
})
