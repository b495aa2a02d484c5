import { afterAll, beforeAll, expect, it } from 'vitest'
import { emptyFilter } from '@/lib/contracts/filter'
import type { CasesPrepared } from '@/lib/figures/shared/cases'
import { addTestRun } from '@/lib/testing/compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { realignStudy } from '../alignments'
import { getStudyFigure, listStudyFigures } from '.'

let study: TestStudy

beforeAll(async () => {
  study = await testStudy()
  await importRows(study, 'alpaca.json', alpacaRows(3, 'seed text'))
  const { cellId } = await importRows(
    study,
    'alpaca-iter1-small.json',
    alpacaRows(3, 'a far longer seed text'),
    { operators: 'rotation4' },
  )
  realignStudy(study.db, study.studyId)
  addTestRun(
    study.db,
    { studyId: study.studyId, metric: 'difficulty_level', output: 'level', hash: 'one' },
    { [cellId]: [1, 2, 'unparsed'] },
  )
})
afterAll(() => study.close())

const figure = async (options: object = {}, filter: object = {}) => {
  const request = { figureId: 'case-panels', options, filter: { ...emptyFilter(), ...filter } }
  const result = await getStudyFigure(study.db, study.studyId, request)
  return { ...result, prepared: result.prepared as CasesPrepared }
}
const keys = ({ prepared }: Awaited<ReturnType<typeof figure>>) =>
  prepared.cases.map(({ key }) => key)

it('draws chosen seeds with words, values and the runs behind them', async () => {
  const result = await figure({ seeds: '1~alpaca' })
  expect(keys(result)).toEqual(['1~alpaca'])
  const [one] = result.prepared.cases
  expect(one?.rounds[0]?.panels[0]).toMatchObject({
    operator: 'deepen',
    added: 3,
    budget: 'under',
    facts: [expect.stringMatching(/: easy$/)],
  })
  expect(result.cards).toMatchObject([{ definitionHash: 'one' }])
  expect(result.table.rows).toHaveLength(2)
})

it('draws the first seeds that the filter leaves while none are chosen', async () => {
  expect(keys(await figure())).toEqual(['0~alpaca', '1~alpaca'])
  const ranges = [{ column: 'difficulty_level.level', min: 2, max: 2 }]
  expect(keys(await figure({}, { ranges }))).toEqual(['1~alpaca'])
  expect(keys(await figure({ seeds: '2' }, { ranges }))).toEqual(['2~alpaca'])
})

it('is there before anything is computed, and says which seed is not', async () => {
  const list = listStudyFigures(study.db, study.studyId)
  expect(list.find(({ id }) => id === 'case-panels')).toMatchObject({ available: true })
  await expect(figure({ seeds: '9~alpaca' })).rejects.toThrow(/No row descends from seed 9/)
  await expect(figure({ seeds: 'nine' })).rejects.toThrow(/12~alpaca/)
})
