import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { hotRead, hotWrite } from './hot-sql'

let study: TestStudy
beforeEach(() => (study = testStudy(3)))
afterEach(() => {
  study.close()
  vi.unstubAllEnvs()
  vi.resetModules()
})

const why = 'a test'
const wrong = {
  why,
  sql: 'select idx, slot from rows where cell_no = ? order by idx',
  row: z.object({ idx: z.number(), slot: z.string() }),
}

describe('a statement of a hot path', () => {
  it('returns rows in the shape of its schema: objects, tuples or single values', () => {
    const sql = 'select idx, instruction from rows where cell_no = ? order by idx'
    const objects = hotRead(study.db, {
      why,
      sql,
      row: z.object({ idx: z.number(), instruction: z.string() }),
    })
    const tuples = hotRead(study.db, { why, sql, row: z.tuple([z.number(), z.string()]) })
    const values = hotRead(study.db, { why, sql, row: z.number() })
    const [first] = objects.all(1)
    expect(first).toEqual({ idx: 0, instruction: expect.any(String) })
    expect(tuples.get(1)).toEqual([0, first?.instruction])
    expect([...values.iterate(1)]).toEqual([0, 1, 2])
    expect(values.get(99)).toBeNull()
  })

  it('binds what it is given, by position or name', () => {
    const text = "'); delete from rows; --"
    hotWrite(study.db, { why, sql: 'update rows set input = @text where idx = @idx' }).run({
      text,
      idx: 1,
    })
    const read = hotRead(study.db, {
      why,
      sql: 'select idx from rows where cell_no = 1 and input = ?',
      row: z.number(),
    })
    expect(read.all(text)).toEqual([1])
  })

  it('is checked in development and tests, however the rows are read', () => {
    const read = hotRead(study.db, wrong)
    expect(() => read.get(1)).toThrow(/slot/)
    expect(() => read.all(1)).toThrow(/slot/)
    expect(() => [...read.iterate(1)]).toThrow(/slot/)
  })

  it('is not checked in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    vi.resetModules()
    const production = await import('./hot-sql')
    expect(production.hotRead(study.db, wrong).all(1)).toHaveLength(3)
  })
})
