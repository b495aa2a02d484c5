import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { emptyColumn, type Column } from '@/lib/columns/column'
import { StampedCache } from './cache'
import { canSpill, Spill } from './spill'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-spill-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const BYTES = 100
const column = (value: number) => {
  const made = emptyColumn(5, 1, 'f32')
  made.values.set([value, Infinity, -0], 0)
  return made
}

it('reads back what memory had no room for, to the bit, and nothing of another stamp', () => {
  const cache = new StampedCache(BYTES, new Spill(folder))
  const first = column(1.5)
  cache.put('a', '1', first, BYTES)
  cache.put('b', '1', column(2), BYTES)
  const make = vi.fn<() => Column>(() => column(3))
  expect(cache.get('a', '1', () => BYTES, make)).toEqual(first)
  expect(cache.get('b', '1', () => BYTES, make)).toEqual(column(2))
  expect(make).not.toHaveBeenCalled()
  expect(cache.peek('a', '2')).toBeUndefined()
  cache.put('a', '2', column(4), BYTES)
  cache.put('c', '1', column(5), BYTES)
  expect([cache.peek('a', '1'), cache.peek('a', '2')]).toEqual([undefined, column(4)])
  expect(fs.readdirSync(folder)).toEqual([])
})

it('forgets without an error where the disk takes nothing, and what is no data', () => {
  const nowhere = new StampedCache(BYTES, new Spill(path.join(folder, 'missing')))
  nowhere.put('a', '1', column(1), BYTES)
  nowhere.put('b', '1', column(2), BYTES)
  expect([nowhere.peek('a', '1'), nowhere.peek('b', '1')]).toEqual([undefined, column(2)])
  const plain = [column(1), new Int32Array(2), { codes: new Uint8Array(1), names: ['x'] }]
  expect(plain.map(canSpill)).toEqual([true, true, true])
  expect([new Map(), { of: () => 1 }, null, 7, { list: [{}] }].map(canSpill)).toEqual(
    Array.from({ length: 5 }, () => false),
  )
})
