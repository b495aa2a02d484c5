import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { zipSync, type Zippable } from 'fflate'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { resultFixture } from '@/lib/testing/take-results'
import { readResultFile } from './read'

// Packed by hand from the shape that Inspect's own code writes.
const { samples, ...header } = JSON.parse(resultFixture('inspect.json')) as {
  samples: { id: number; epoch: number; scores: object }[]
}

let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-inspect-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

async function readBytes(bytes: Uint8Array, name = 'log.eval') {
  const file = path.join(folder, 'file')
  fs.writeFileSync(file, bytes)
  return (await readResultFile({ path: file, name, unit: null })).results
}

const packed = (entries: Record<string, unknown>) =>
  Buffer.from(
    zipSync(
      Object.fromEntries(
        Object.entries(entries).map(([name, value]) => [name, Buffer.from(JSON.stringify(value))]),
      ) as Zippable,
    ),
  )
const read = (entries: Record<string, unknown>) => readBytes(packed(entries))

const whole = { 'header.json': header, 'summaries.json': samples }
const single = Object.fromEntries(
  samples.map((sample) => [`samples/${sample.id}_epoch_${sample.epoch}.json`, sample]),
)

it('reads a packed log of Inspect as the same log in JSON, from summaries or from samples alone', async () => {
  const expected = await readBytes(Buffer.from(resultFixture('inspect.json')), 'log.json')
  expect(expected[0]).toMatchObject({ n: 4, k: 3, isShare: true })
  expect(await read({ ...whole, ...single })).toEqual(expected)
  expect(await read({ 'header.json': header, '_journal/start.json': {}, ...single })).toEqual(
    expected,
  )
  // Without outcomes the numbers stand alone.
  const [first] = await read({ 'header.json': header })
  expect(first).toMatchObject({ value: 0.75, n: 4, k: null, items: null })
})

it.each<[string, () => Buffer, RegExp]>([
  [
    'a log whose evaluation did not end',
    () => packed({ '_journal/start.json': {} }),
    /the archive: expected header\.json, which Inspect writes when the evaluation ends, found "_journal\/start\.json"/,
  ],
  [
    'a status that is no success',
    () => packed({ ...whole, 'header.json': { ...header, status: 'error' } }),
    /status: expected "success".*found "error"/,
  ],
  [
    'a version of another shape',
    () => packed({ ...whole, 'header.json': { ...header, version: 3 } }),
    /version: expected 1 or 2.*found 3/,
  ],
  [
    'summaries that are no list',
    () => packed({ ...whole, 'summaries.json': {} }),
    /summaries\.json: expected a list of samples, found \{\}/,
  ],
  [
    'an archive that is cut off',
    () => packed(whole).subarray(0, -40),
    /damaged or cut off.*inspect log convert --to json/,
  ],
  [
    'a file that is no archive',
    () => Buffer.from('{"version": 2}'),
    /damaged or cut off.*inspect log convert --to json/,
  ],
  [
    'files packed with zstd',
    () => withMethod(packed(whole), 93),
    /"header\.json" is compressed by method 93.*inspect log convert --to json/,
  ],
  ['a name that leads out', () => packed({ ...whole, '../x.json': {} }), /leads out of its folder/],
  [
    'a file that is a bomb',
    () => packed({ ...whole, 'samples/1.json': ' '.repeat(4 << 20) }),
    /shrinks more than 100 times/,
  ],
])('refuses %s', async (_, bytes, message) => {
  await expect(readBytes(bytes())).rejects.toMatchObject({
    code: 'data_error',
    message: expect.stringMatching(message),
  })
  await expect(readBytes(bytes())).rejects.toThrow(/^log\.eval.*Nothing of this file was imported/)
})

/** The same archive, whose directory and files name another way of packing. */
function withMethod(bytes: Buffer, method: number): Buffer {
  const changed = Buffer.from(bytes)
  for (const [mark, at] of [
    ['PK\u0003\u0004', 8],
    ['PK\u0001\u0002', 10],
  ] as const) {
    for (let from = changed.indexOf(mark); from >= 0; from = changed.indexOf(mark, from + 1)) {
      changed.writeUInt16LE(method, from + at)
    }
  }
  return changed
}
