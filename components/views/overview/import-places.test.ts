import { expect, it } from 'vitest'
import type { ImportPlan, StudyDetail } from '@/lib/contracts/study'
import { fileShapes, movedTo } from './import-places'
import { sharedPlan, type ImportFile } from './use-import-files'

const plan = (change: Partial<ImportPlan> = {}) =>
  ({
    format: 'alpaca',
    shape: 's',
    mapping: { instruction: 'instruction' },
    columns: [],
    questions: [],
    seedSetKey: 'sums',
    seedSetLabel: 'Sums',
    armKey: null,
    armLabel: null,
    armClass: 'other',
    round: 0,
    align: 'none',
    operators: 'none',
    ...change,
  }) as unknown as ImportPlan
const file = (id: string, of: ImportPlan | null) => ({ id, plan: of }) as unknown as ImportFile
const detail = {
  seedSets: [{ key: 'words', label: 'Words' }],
  arms: [{ key: 'tiny', label: 'Tiny', armClass: 'small', scenario: 'autoif' }],
} as unknown as StudyDetail
const other = plan({ mapping: { instruction: 'hint' } as ImportPlan['mapping'] })

it('a change of the mapping is for files of the same shape that were read alike', () => {
  expect(sharedPlan(plan({ round: 2 }), plan(), other)).toMatchObject({
    mapping: { instruction: 'hint' },
    round: 2,
  })
  expect(sharedPlan(plan({ shape: 't' }), plan(), other)).toBeNull()
  expect(sharedPlan(other, plan(), other)).toBeNull()
  const asked = plan({ questions: [{ code: 'c', message: 'm', suggestion: null }] })
  expect(sharedPlan(asked, plan(), other)).toBeNull()
  expect(sharedPlan(plan(), plan(), plan({ round: 3 }))).toBeNull()
  const unknown = plan({ shape: null })
  expect(sharedPlan(unknown, unknown, { ...other, shape: null })).toBeNull()
})

it('files are grouped by shape, and those with another mapping than most are named', () => {
  const files = [file('a', plan()), file('b', other), file('c', plan()), file('d', null)]
  const [shape, ...rest] = fileShapes([...files, file('e', plan({ shape: 't' }))])
  expect(shape?.files.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  expect([...(shape?.differing ?? [])]).toEqual(['b'])
  expect(rest.map(({ files: [one] }) => one?.id)).toEqual(['e'])
})

it('a file that is moved takes names from the study, and is aligned once it is no seed any more', () => {
  const place = { seedSetKey: 'words', armKey: 'tiny', round: 2 }
  const moved = movedTo(plan(), place, [], detail)
  expect(moved).toMatchObject({
    seedSetLabel: 'Words',
    armLabel: 'Tiny',
    armClass: 'small',
    scenario: 'autoif',
    round: 2,
    align: 'index',
  })
  expect(movedTo({ ...moved, align: 'id' }, { ...place, round: 1 }, [], detail).align).toBe('id')
  const seeds = { seedSetKey: 'words', armKey: null, round: 0 }
  expect(movedTo(moved, seeds, [], detail)).toMatchObject({ round: 0, align: 'none' })
})
