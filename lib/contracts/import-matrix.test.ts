import { expect, it } from 'vitest'
import { importMatrix, type MatrixFile, type MatrixStudy } from './import-matrix'

function file(name: string, change: Partial<MatrixFile> = {}): MatrixFile {
  const place = { seedSetKey: 'sums', seedSetLabel: 'Sums', armKey: 'tiny', armLabel: 'Tiny' }
  const rest = { round: 1, align: 'index', rowCount: 4, format: 'alpaca', values: null, part: null }
  return { uploadId: name, fileName: `${name}.json`, ...place, ...rest, ...change }
}
const seeds = file('seeds', { armKey: null, armLabel: null, round: 0, align: 'none' })
const kinds = (files: MatrixFile[], study?: MatrixStudy) =>
  importMatrix(files, study).problems.map(({ uploadId, kind }) => `${uploadId} ${kind}`)

it('seed sets are rows, the seeds and then each evolver with its rounds are columns', () => {
  const files = [
    file('t2', { round: 2 }),
    file('b1', { armKey: 'big', armLabel: 'Big' }),
    file('t1'),
    seeds,
    file('other', { seedSetKey: 'words', seedSetLabel: 'Words' }),
  ]
  const { seedSets, columns } = importMatrix(files)
  expect(seedSets.map(({ label }) => label)).toEqual(['Sums', 'Words'])
  expect(columns.map(({ label, round }) => `${label} ${round}`)).toEqual([
    'Seeds 0',
    'Tiny 1',
    'Tiny 2',
    'Big 1',
  ])
})

it('two files of one place block the import and name each other', () => {
  const { problems } = importMatrix([seeds, file('a'), file('b')])
  expect(problems).toMatchObject([
    { uploadId: 'a', kind: 'same_place', isBlocking: true },
    { uploadId: 'b', kind: 'same_place', isBlocking: true },
  ])
  expect(problems[0]?.message).toContain('b.json')
})

it('a round without its parent is told, unless the study holds the parent or the rows name it', () => {
  expect(kinds([seeds, file('t2', { round: 2 })])).toEqual(['t2 no_parent'])
  expect(kinds([file('t1')])).toEqual(['t1 no_parent'])
  expect(kinds([file('t1', { align: 'text' })])).toEqual([])
  const cell = { seedSetKey: 'sums', armKey: 'tiny', round: 1, rowCount: 4, revision: 1 }
  const study = { seedSets: [], arms: [], cells: [cell] }
  expect(kinds([file('t2', { round: 2 })], study)).toEqual([])
  expect(kinds([seeds, file('t1')], study)).toEqual(['t1 replaces'])
})

it('sizes are compared with the seeds, else with what most files have; what is not counted is not compared', () => {
  expect(kinds([seeds, file('t1', { rowCount: 3 })])).toEqual(['t1 sizes_differ'])
  const rounds = [file('t1'), file('t2', { round: 2 }), file('t3', { round: 3, rowCount: 5 })]
  expect(kinds(rounds)).toEqual(['t1 no_parent', 't3 sizes_differ'])
  expect(kinds([seeds, file('t1', { rowCount: null })])).toEqual([])
  expect(kinds([seeds, file('t1', { rowCount: 9, align: 'none' })])).toEqual([])
})
