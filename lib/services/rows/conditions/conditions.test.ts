import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conditionSchema, type Atom, type Condition } from '@/lib/contracts/condition'
import { emptyFilter, rowFilterSchema, type RowFilter } from '@/lib/contracts/filter'
import { hasPlainParts, intoTree } from '@/lib/contracts/filter-parts'
import { storeDistances } from '@/lib/testing/columns'
import { decideOn } from '@/lib/testing/decisions'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { realignStudy } from '../../alignments'
import { currentCells } from '../../cells'
import { listRows, selectRows } from '..'

let study: TestStudy

beforeAll(async () => {
  study = await testStudy()
  await importRows(study, 'alpaca.json', alpacaRows(12, 'seed text'))
  await importRows(study, 'alpaca-iter1-small.json', alpacaRows(12, 'evolved'), {
    operators: 'rotation4',
  })
  realignStudy(study.db, study.studyId)
  const cells = currentCells(study.db, study.studyId)
  storeDistances(study, cells)
  decideOn(study, [{ cellId: cells[1]!.id, idx: 2 }], { kind: 'star' })
  decideOn(study, [{ cellId: cells[0]!.id, idx: 5 }], { kind: 'note', value: 'Look again' })
})
afterAll(() => study.close())

const cellId = (k: number) => currentCells(study.db, study.studyId)[k]?.id ?? ''

const ATOMS: Atom[] = [
  { is: 'range', column: 'mnd.mnd', min: 0.3, max: null, missing: false },
  { is: 'range', column: 'mnd.mnd', min: null, max: 0.6, missing: true },
  { is: 'partner', of: 'parent', column: 'mnd.mnd', min: 0.5, max: null },
  { is: 'origin', seedSets: [], arms: ['seeds'], rounds: [] },
  { is: 'operators', names: ['deepening', 'concretizing'] },
  { is: 'marks', kinds: ['star'] },
  { is: 'text', text: '1' },
  { is: 'note', text: 'LOOK' },
]

const tree: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    fc.constantFrom(...ATOMS),
    fc.record({ all: fc.array(tie('node'), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('node'), { maxLength: 3 }) }),
    fc.record({ not: tie('node') }),
  ),
})).node

function kept(where: Condition): Set<string> {
  const rows = selectRows(study.db, study.studyId, { ...emptyFilter(), where })
  return new Set([...rows].flatMap(([no, idx]) => [...idx].map((row) => `${no}/${row}`)))
}

/** What a condition keeps by the sets of its single conditions. */
function expected(where: Condition, all: Set<string>, atoms: Map<Atom, Set<string>>): Set<string> {
  if ('is' in where) return atoms.get(where) as Set<string>
  const inner = (part: Condition) => expected(part, all, atoms)
  const only = (keep: (place: string) => boolean) => new Set([...all].filter(keep))
  if ('not' in where) {
    const without = inner(where.not)
    return only((place) => !without.has(place))
  }
  if ('off' in where) return all
  const sets = ('all' in where ? where.all : where.any).map(inner)
  return 'all' in where
    ? only((place) => sets.every((set) => set.has(place)))
    : only((place) => sets.some((set) => set.has(place)))
}

describe('conditions', () => {
  it('joined by and, or, not keep what sets of rows would', () => {
    const all = kept({ all: [] })
    expect(all.size).toBe(24)
    const atoms = new Map(ATOMS.map((atom) => [atom, kept(atom)]))
    // A condition that keeps all or nothing would prove nothing.
    for (const [atom, rows] of atoms) expect([atom.is, rows.size % 24]).not.toEqual([atom.is, 0])
    fc.assert(
      fc.property(tree, (where) => {
        expect([...kept(where)].sort()).toEqual([...expected(where, all, atoms)].sort())
      }),
      { numRuns: 200 },
    )
  })

  it('prepare texts ahead and answer a page of rows', async () => {
    const filter = rowFilterSchema.parse({
      where: { any: [{ is: 'text', text: 'evolved 1' }, { not: { is: 'operators', names: [] } }] },
    })
    const query = { filter, sort: { column: 'position', descending: false }, columns: [] }
    const page = await listRows(study.db, study.studyId, { ...query, offset: 0, limit: 5 })
    expect(page.total).toBe(24)
  })

  it('refuse what is nested too deeply, too long or not known', () => {
    let deep: unknown = ATOMS[0]
    for (let level = 0; level < 9; level++) deep = { not: deep }
    expect(conditionSchema.safeParse(deep).error?.message).toContain('8 deep at most')
    for (let level = 0; level < 5_000; level++) deep = { not: deep }
    expect(conditionSchema.safeParse(deep).success).toBe(false)
    const wide = { all: Array.from({ length: 51 }, () => ({ any: [ATOMS[0], ATOMS[0]] })) }
    expect(conditionSchema.safeParse(wide).error?.message).toContain('100 conditions at most')
    expect(conditionSchema.safeParse({ is: 'sql', text: '1=1' }).success).toBe(false)
    expect(conditionSchema.safeParse({ all: [], any: [] }).success).toBe(false)
  })

  it('that are switched off keep rows as if they were not there', () => {
    const star: Condition = { is: 'marks', kinds: ['star'] }
    const text: Condition = { is: 'text', text: 'evolved' }
    expect(kept({ any: [{ off: text }, star] })).toEqual(kept(star))
    expect(kept({ not: { any: [{ off: text }, star] } })).toEqual(kept({ not: star }))
    expect(kept({ all: [star, { not: { off: text } }, { any: [{ off: text }] }] })).toEqual(
      kept(star),
    )
    expect(kept({ off: text }).size).toBe(24)
  })

  it('name rows one by one, and none of a file that is gone', () => {
    const files = [
      { cellId: cellId(1), rows: [3, 0, 99] },
      { cellId: 'gone', rows: [1] },
    ]
    const [, no] = currentCells(study.db, study.studyId).map((cell) => cell.no)
    expect(kept({ is: 'rows', files })).toEqual(new Set([`${no}/0`, `${no}/3`]))
  })

  it.each([
    [{ any: [ATOMS[0], { not: { is: 'origin', rounds: ['x'] } }] }, /^any\[1\]\.not: rounds\.0: /],
    [{ all: [{ all: [], any: [] }] }, /^all\[0\]: "all" stands alone, without "any"\.$/],
    [{ any: 3 }, /^"any" holds a list of conditions\.$/],
    [{ all: [{ off: { is: 'sql' } }] }, /^all\[0\]\.off: A condition has "is" \(range, values, /],
    [{ all: [null] }, /^all\[0\]: /],
  ])('that are wrong are refused with their place: %j', (where, message) => {
    expect(conditionSchema.safeParse(where).error?.issues[0]?.message).toMatch(message)
  })

  it('over a column of the study that is not there say so', () => {
    const where: Condition = {
      not: { is: 'range', column: 'mnd.other', min: 0, max: 1, missing: false },
    }
    expect(() => kept(where)).toThrow(/There is no metric column "mnd.other"/)
  })
})

describe('a seeded sample', () => {
  const rowsOf = (sample: RowFilter['sample'], patch: Partial<RowFilter> = {}) => {
    const filter = rowFilterSchema.parse({ ...patch, sample })
    const found = selectRows(study.db, study.studyId, filter)
    return [...found].flatMap(([no, idx]) => [...idx].map((row) => `${no}/${row}`))
  }

  it('has its size, is drawn from what the filter keeps, and is the same again', () => {
    const five = rowsOf({ rows: 5, seed: 7 })
    expect(five).toHaveLength(5)
    expect(rowsOf({ rows: 5, seed: 7 })).toEqual(five)
    expect(rowsOf({ rows: 5, seed: 8 })).not.toEqual(five)
    expect(rowsOf({ rows: 9, seed: 7 })).toEqual(expect.arrayContaining(five))
    expect(rowsOf({ share: 0.25, seed: 7 })).toHaveLength(6)
    expect(rowsOf({ rows: 500, seed: 7 })).toHaveLength(24)
    const ofSeeds = rowsOf({ rows: 5, seed: 7 }, { arms: ['seeds'] })
    expect(ofSeeds).toHaveLength(5)
    expect(new Set(ofSeeds.map((place) => place.split('/')[0])).size).toBe(1)
  })

  it('holds the same rows under another sort', async () => {
    const filter = rowFilterSchema.parse({ sample: { rows: 6, seed: 3 } })
    const pageBy = async (column: string) => {
      const sort = { column, descending: true }
      const query = { filter, sort, columns: [], offset: 0, limit: 50 }
      const page = await listRows(study.db, study.studyId, query)
      return page.rows.map(({ cellId, idx }) => `${cellId}/${idx}`)
    }
    const byValue = await pageBy('mnd.mnd')
    expect(byValue).toHaveLength(6)
    expect(byValue.toSorted()).toEqual((await pageBy('position')).toSorted())
  })

  it('is refused with both sizes or none', () => {
    expect(rowFilterSchema.safeParse({ sample: { seed: 1 } }).success).toBe(false)
    expect(rowFilterSchema.safeParse({ sample: { rows: 2, share: 0.5, seed: 1 } }).success).toBe(
      false,
    )
  })
})

it('keeps the same rows when its plain parts become conditions of its tree', () => {
  const some: Partial<RowFilter>[] = [
    { arms: ['seeds'], text: '1' },
    { operators: ['deepening'], where: { any: [ATOMS[0]!, ATOMS[4]!] } },
    { ranges: [{ column: 'mnd.mnd', min: 0.3, max: null, missing: false }], hideDropped: true },
    { marks: ['star'], sample: { rows: 1, seed: 3 } },
    { partners: [{ of: 'parent', column: 'mnd.mnd', min: 0.5, max: null }], rounds: [1] },
    { find: { is: 'text', text: 'EVOLVED' }, sample: { share: 0.5, seed: 7 } },
  ]
  const rowsOf = (filter: RowFilter) => [...selectRows(study.db, study.studyId, filter)]
  for (const part of some) {
    const filter = { ...emptyFilter(), ...part }
    const moved = rowFilterSchema.parse(intoTree(filter))
    expect(hasPlainParts(filter)).toBe(true)
    expect(hasPlainParts(moved)).toBe(false)
    const held = (rows: ReturnType<typeof rowsOf>) => rows.filter(([, idx]) => idx.length > 0)
    expect(held(rowsOf(moved))).toEqual(held(rowsOf(filter)))
  }
  expect(intoTree(emptyFilter())).toEqual(emptyFilter())
})
