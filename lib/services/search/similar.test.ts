import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateDatabase, openDatabase } from '@/db/client'
import { runs } from '@/db/schema'
import { cacheKeyer } from '@/lib/backends/session/cache-key'
import { encodeFloats } from '@/lib/backends/session/cache-values'
import type { ModelIdentity } from '@/lib/backends/types'
import type { Condition } from '@/lib/contracts/condition'
import { emptyFilter } from '@/lib/contracts/filter'
import { compareSubsetsSchema } from '@/lib/contracts/subset'
import { createRandom } from '@/lib/stats/random'
import { columnOf, storeRun } from '@/lib/testing/columns'
import { importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { storedCache } from '@/lib/worker/vector-store'
import { currentCells } from '../cells'
import { filterFacets, listRows, selectRows } from '../rows'
import { conditionCounts } from '../rows/condition-counts'
import { createStudy } from '../studies'
import { saveSubset } from '../subsets'
import { compareSubsets } from '../subsets/compare'

const N = 300
const D = 48
const identity = { model: 'encoder', revision: 'r1' } as unknown as ModelIdentity

let study: TestStudy
const vectors: Float32Array[] = []

beforeAll(async () => {
  study = await testStudy()
  // Vectors lie beside the database, so it must be a file.
  const db = openDatabase(study.config.databasePath)
  migrateDatabase(db)
  study = { ...study, db, studyId: createStudy(db, { name: 'Test' }).id }
  const rows = Array.from({ length: N }, (_, k) => ({
    instruction: `text ${k}`,
    input: '',
    output: '',
  }))
  await importRows(study, 'alpaca.json', rows)
  const random = createRandom(3)
  // Close to each other, so that what a byte a coordinate takes away would change the order.
  for (let k = 0; k < N; k += 1) {
    vectors.push(Float32Array.from({ length: D }, () => 1 + 0.02 * random.next()))
  }
  vectors[7] = vectors[5]!.map((value) => value * 3)
})
afterAll(() => {
  study.db.$client.close()
  return study.close()
})

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, v, k) => sum + v * y[k]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

const similarTo = (idx: number, top: number) => {
  const [cell] = currentCells(study.db, study.studyId)
  return { is: 'similar' as const, to: { cellId: cell!.id, idx }, top }
}

describe('similar rows', () => {
  it('need a run that embedded them', () => {
    const filter = { ...emptyFilter(), where: similarTo(5, 3) }
    expect(() => selectRows(study.db, study.studyId, filter)).toThrow(
      /Minimum neighbour distance.*Compute it first/,
    )
  })

  it('are those of the highest cosines, in that order', async () => {
    const { db, config, studyId } = study
    const [cell] = currentCells(db, studyId)
    const mnd = columnOf(new Float64Array(N))
    const { no } = storeRun(db, studyId, {
      metric: 'mnd',
      cells: [{ cellNo: cell!.no, outputs: { mnd, neighbour: mnd } }],
    })
    const run = db.select().from(runs).where(eq(runs.no, no)).get()!
    const definition = { ...run.definition, model: identity as never }
    db.update(runs).set({ definition, backendId: null }).where(eq(runs.no, no)).run()
    const keyOf = cacheKeyer({ call: 'embed', backendId: '', identity, fingerprint: null })
    storedCache(db, config.dataDir).put(
      vectors.flatMap((vector, k) => {
        // The last row was never embedded.
        if (k === N - 1) return []
        const value = encodeFloats(Float32Array.from([0, ...vector]))
        return [{ key: keyOf(`text ${k}\n`, null), call: 'embed' as const, value }]
      }),
    )
    const expected = vectors
      .map((vector, idx) => ({ idx, cosine: cosine(vectors[5]!, vector) }))
      .filter(({ idx }) => idx !== 5 && idx !== N - 1)
      .sort((a, b) => b.cosine - a.cosine)
    const page = await listRows(db, studyId, {
      filter: { ...emptyFilter(), where: similarTo(5, 20) },
      sort: { column: 'similarity', descending: true },
      columns: [],
      offset: 0,
      limit: 50,
    })
    expect(page.total).toBe(20)
    expect(page.rows.map(({ idx }) => idx)).toEqual(expected.slice(0, 20).map(({ idx }) => idx))
    expect(page.rows[0]).toMatchObject({ idx: 7, similarity: expect.closeTo(1, 5) })
    page.rows.forEach(({ similarity }, k) => expect(similarity).toBeCloseTo(expected[k]!.cosine, 5))
    const last = { ...emptyFilter(), where: similarTo(N - 1, 5) }
    expect(() => selectRows(db, studyId, last)).toThrow(/has no embedding/)
  })

  it('are what measures of saved subsets read: exactly, of as many rows each, with what has none said', async () => {
    const { db, studyId } = study
    const saved = (text: string) => {
      const rules = [{ rule: 'filter' as const, filter: { ...emptyFilter(), text } }]
      return saveSubset(db, studyId, { name: text, rules }, 1).id
    }
    const measures = ['nearest_neighbour', 'vendi_score', 'novel_sum', 'k_center', 'repeats']
    const compared = (texts: string[]) => {
      const asked = { ids: texts.map(saved), measures }
      return compareSubsets(db, studyId, compareSubsetsSchema.parse(asked))
    }
    const found = await compared(['text 12', 'text 13'])
    // The eleven rows of a subset are its only draw.
    const rowsOf = (tens: number) => [tens, ...Array.from({ length: 10 }, (_, k) => 10 * tens + k)]
    const distance = (a: Float32Array, b: Float32Array) =>
      a.reduce((sum, value, k) => sum + (value - b[k]!) ** 2, 0)
    const expected = [12, 13].map((tens) => {
      const own = rowsOf(tens).map((row) => vectors[row]!)
      const nearest = own.map((a) =>
        Math.min(...own.flatMap((b) => (a === b ? [] : distance(a, b)))),
      )
      return nearest.reduce((sum, value) => sum + value, 0) / own.length
    })
    const mean = found.measures.find(({ key }) => key === 'mean')
    expect(mean?.values.map(({ sd }) => sd)).toEqual([null, null])
    mean?.values.forEach((one, k) => expect(one.mean).toBeCloseTo(expected[k]!, 12))
    expect(mean).toMatchObject({ rows: 11, note: 'Over the embeddings of encoder.' })
    const [texts, others] = [['repeats'], measures.slice(0, 4)].map((ids) =>
      found.measures.filter(({ metric }) => ids.includes(metric)),
    )
    expect(others?.every(({ values }) => values.every((one) => one.mean !== null))).toBe(true)
    expect(texts?.map(({ note }) => note)).toEqual(texts?.map(() => null))
    // Row 299 has no embedding, so ten of the eleven rows of each are measured.
    const some = await compared(['text 29', 'text 13'])
    expect(some.measures[0]).toMatchObject({
      rows: 10,
      note: expect.stringContaining('10 of 11 rows of each draw'),
    })
    const none = await compared(['text 299', 'text 13'])
    expect(none.measures[0]).toMatchObject({
      values: [{ mean: null }, { mean: null }],
      note: expect.stringMatching(/too few to measure/),
    })
  })

  it('are the best of the rows that the rest of the filter keeps, where asked', async () => {
    const { db, studyId } = study
    const where = (more: object): Condition => ({
      all: [
        { is: 'text', text: 'text 1' },
        { ...similarTo(5, 12), ...more },
      ],
    })
    const kept = vectors.flatMap((vector, idx) =>
      `text ${idx}`.startsWith('text 1') ? [{ idx, cosine: cosine(vectors[5]!, vector) }] : [],
    )
    const best = kept.sort((a, b) => b.cosine - a.cosine).slice(0, 12)
    const of = async (condition: Condition) => {
      const filter = { ...emptyFilter(), where: condition }
      const sort = { column: 'similarity', descending: true }
      const page = { filter, sort, columns: [], offset: 0, limit: 50 }
      return (await filterFacets(db, studyId, { ...page, counted: [] })).page!
    }
    const page = await of(where({ within: 'filter' }))
    expect(page.rows.map(({ idx }) => idx)).toEqual(best.map(({ idx }) => idx))
    page.rows.forEach(({ similarity }, k) => expect(similarity).toBeCloseTo(best[k]!.cosine, 5))
    expect((await of({ all: [where({ within: 'filter' })] })).total).toBe(12)
    // Of the whole study few of the nearest are left.
    expect((await of(where({}))).total).toBeLessThan(12)
    const filter = { ...emptyFilter(), where: where({ within: 'filter' }) }
    const sampled = { ...filter, sample: { rows: 5, seed: 1 } }
    expect(
      [...selectRows(db, studyId, sampled).values()].flatMap((rows) => [...rows]),
    ).toHaveLength(5)
    const counts = await conditionCounts(db, studyId, filter)
    expect(counts).toEqual([
      { path: [0], alone: kept.length, without: 12 },
      { path: [1], alone: 12, without: kept.length },
    ])
    const facets = await filterFacets(db, studyId, {
      filter,
      sort: { column: 'position', descending: false },
      columns: [],
      counted: ['instruction_characters.instruction'],
      limit: 0,
    })
    expect(facets.total).toBe(12)
    expect(facets.arms.reduce((sum, { rows }) => sum + rows, 0)).toBe(kept.length)
    await expect(
      of({ any: [where({ within: 'filter' }), { is: 'text', text: 'x' }] }),
    ).rejects.toThrow('beside its other conditions only')
  })

  it('are found for a typed text once it is embedded', async () => {
    const { db, config, studyId } = study
    const typed: Condition = { is: 'similar', to: { text: ' What is a tide? ' }, top: 4 }
    const filter = { ...emptyFilter(), where: typed }
    expect(() => selectRows(db, studyId, filter)).toThrow(/not embedded by .* yet/)
    const keyOf = cacheKeyer({ call: 'embed', backendId: '', identity, fingerprint: null })
    const value = encodeFloats(Float32Array.from([0, ...vectors[9]!]))
    const key = keyOf('What is a tide?\n', null)
    storedCache(db, config.dataDir).put([{ key, call: 'embed', value }])
    const expected = vectors
      .map((vector, idx) => ({ idx, cosine: cosine(vectors[9]!, vector) }))
      .filter(({ idx }) => idx !== N - 1)
      .sort((a, b) => b.cosine - a.cosine)
    const sort = { column: 'similarity', descending: true }
    const page = await listRows(db, studyId, { filter, sort, columns: [], offset: 0, limit: 9 })
    expect(page.rows.map(({ idx }) => idx)).toEqual(expected.slice(0, 4).map(({ idx }) => idx))
    expect(page.rows[0]).toMatchObject({ idx: 9, similarity: expect.closeTo(1, 5) })
  })
})
