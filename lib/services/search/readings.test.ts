import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alpacaRows, fileStudy, importRows, type TestStudy } from '@/lib/testing/imports'
import { testDatabase } from '@/lib/testing/database'
import { currentCells } from '../cells'
import type { Reading } from './documents'
import { FEWEST_ROWS, inTurns, readHere } from './readings'
import { canReadAside, sideReader } from './side-reader'
import { finish } from './steps'

let study: TestStudy
let cellNo: number

beforeAll(async () => {
  study = await fileStudy()
  await importRows(study, 'alpaca.json', alpacaRows(50, 'text'))
  cellNo = currentCells(study.db, study.studyId)[0]?.no ?? 0
})
afterAll(() => study.close())

const SQL = "select cast(group_concat(idx, ' ') as blob) from rows where cell_no = ? and idx = ?"

function* readings(taken: string[], sql = SQL): Generator<Reading | null, string> {
  for (let idx = 0; idx < 50; idx += 1) {
    const take = (numbers: Uint8Array | null) => {
      taken.push(new TextDecoder().decode(numbers ?? new Uint8Array()))
    }
    yield { sql, values: [cellNo, idx], take }
    yield null
  }
  return 'done'
}

const many = { rows: FEWEST_ROWS }
const wanted = Array.from({ length: 50 }, (_, idx) => String(idx))

describe('readings', () => {
  it('are all done, here in their order, and with a second thread in any', async () => {
    const here: string[] = []
    expect(finish(readHere(study.db, readings(here)))).toBe('done')
    expect(here).toEqual(wanted)
    const shared: string[] = []
    expect(await inTurns(study.db, readings(shared), many)).toBe('done')
    expect(shared.toSorted((a, b) => Number(a) - Number(b))).toEqual(wanted)
  })

  it('fail with the statement, wherever it is read', async () => {
    const broken = 'select 1 from nowhere where ? = ?'
    await expect(inTurns(study.db, readings([], broken), many)).rejects.toThrow(/nowhere/)
    await expect(sideReader(study.db).get({ sql: broken, values: [1, 2] })).rejects.toThrow(
      /nowhere/,
    )
    // The thread goes on.
    expect(await inTurns(study.db, readings([]), many)).toBe('done')
  })

  it('stop with the signal', async () => {
    const controller = new AbortController()
    controller.abort()
    const all = inTurns(study.db, readings([]), { ...many, signal: controller.signal })
    await expect(all).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('change nothing', async () => {
    const sql = 'delete from rows where cell_no = ? and idx = ? returning idx'
    await expect(sideReader(study.db).get({ sql, values: [cellNo, 0] })).rejects.toThrow(/readonly/)
  })

  it('are of one thread inside of a transaction, which sees the database as it was, and in memory', () => {
    expect(canReadAside(study.db)).toBe(true)
    study.db.$client.exec('begin')
    try {
      expect(canReadAside(study.db)).toBe(false)
    } finally {
      study.db.$client.exec('commit')
    }
    expect(canReadAside(testDatabase())).toBe(false)
  })
})
