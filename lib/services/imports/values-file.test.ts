import { describe, expect, it } from 'vitest'
import { valueAt } from '@/lib/columns/column'
import type { ImportPlan } from '@/lib/contracts/study'
import { alpacaRows, importRows, planFor, studyEach, type TestStudy } from '@/lib/testing/imports'
import { currentCells } from '../cells'
import { columnReader } from '../columns'
import { getStudyFigure } from '../figures'
import { emptyFilter } from '@/lib/contracts/filter'
import { listSetRuns } from '../measures'
import { listRuns } from '../runs'
import { matrixOf, previewImport, startImport } from '.'
import { importValues, isValuesPlan, undoValues, type ValuesPlan } from './values-file'
import { saveUpload } from './uploads'

let study: TestStudy
studyEach((one) => (study = one))

const place = {
  seedSetKey: 'general',
  seedSetLabel: 'General',
  armKey: 'small',
  armLabel: 'Small',
  armClass: 'small',
  round: 1,
} as const

const rowsOfFour = () => importRows(study, 'small-iter2-general.json', alpacaRows(4, 'a'), place)

async function planned(name: string, content: string, changes: Partial<ImportPlan> = {}) {
  const plan = await planFor(study, name, content, { ...place, ...changes })
  if (!isValuesPlan(plan)) throw new Error(`${name} was taken for ${plan.format}`)
  return plan
}

async function join(name: string, content: string, changes: Partial<ImportPlan> = {}) {
  const plan: ValuesPlan = await planned(name, content, changes)
  return importValues(study, study.studyId, plan)
}

/** The values of the newest run of a column, by row. */
function values(column: string, run?: string) {
  const { db, studyId } = study
  const reader = columnReader(db, studyId)
  const [cell] = currentCells(db, studyId)
  if (!cell) return []
  const read = reader.read(run ? `${column}@${run}` : column, cell)
  return Array.from({ length: cell.rowCount }, (_, row) => {
    const { value, status } = valueAt(read, row)
    return value ?? status
  })
}

const prepared = async (figureId: string, options: object, filter = emptyFilter()) =>
  (await getStudyFigure(study.db, study.studyId, { figureId, options, filter })).prepared as unknown

const line = (alone: number | string, conditioned: number | string) =>
  `{"ppl":[0,4,0,2],"loss":[0,${alone},0,${conditioned}]}`
const LOSSES = [line(2, 1), '{}', line(0, 0), line('NaN', 'NaN')].join('\n')

/** Log-probabilities of tokens as the script writes them. */
const tokens = (count: number) =>
  JSON.stringify(Array.from({ length: count }, (_, i) => ({ [`t${i}`]: -(i % 5) / 10 })))

const levels = (counts: number[], dataset = 'd') => {
  const [a, b, c, d, e] = counts
  const value = { 'very easy': a, easy: b, medium: c, hard: d, 'very hard': e, dataset }
  return JSON.stringify(value, null, 4)
}

describe('raw losses', () => {
  it('become a run of their own, line i for row i, with reasons for rows without', async () => {
    await rowsOfFour()
    expect(await join('raw.jsonl', LOSSES)).toMatchObject({ outcome: 'imported', rows: 4 })
    expect(values('imported_loss.loss_alone')).toEqual([
      2,
      'no_response',
      'error',
      'one_token_response',
    ])
    expect(values('imported_loss.ifd')[0]).toBe(0.5)
    expect(values('imported_loss.ifd_ppl')[0]).toBe(0.5)
    expect(listRuns(study.db, study.studyId)).toMatchObject([
      {
        metric: 'imported_loss',
        pinned: true,
        total: 4,
        valued: 1,
        record: {
          backendLabel: 'imported',
          notes: {
            files: [{ file: 'raw.jsonl', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
          },
        },
      },
    ])
    const { cells } = (await prepared('ifd-density', { variant: 'imported-loss' })) as {
      cells: { curves: { n: number; mean: number }[] }[]
    }
    expect(cells.flatMap(({ curves }) => curves)).toMatchObject([{ n: 1, mean: 0.5 }])
  })

  it('of another number of lines than the file has rows are refused with both numbers', async () => {
    await rowsOfFour()
    await expect(join('raw.jsonl', [line(2, 1), '{}'].join('\n'))).rejects.toThrow(
      /raw\.jsonl: 2 lines, while the file there has 4 rows/,
    )
    expect(listRuns(study.db, study.studyId)).toEqual([])
  })

  it('that are no losses are refused with their row', async () => {
    await rowsOfFour()
    const broken = [line(2, 1), '{"ppl":[0],"loss":[0]}', '{}', '{}'].join('\n')
    const plan = {
      ...(await planFor(study, 'raw.jsonl', broken, place)),
      format: 'superfiltering-raw',
    }
    if (!isValuesPlan(plan)) throw new Error('is a plan for values')
    await expect(importValues(study, study.studyId, plan)).rejects.toThrow(/row 2.*holds no losses/)
    expect(listRuns(study.db, study.studyId)).toEqual([])
  })

  it('of the same file are known, and of another one a second run', async () => {
    await rowsOfFour()
    await join('raw.jsonl', LOSSES)
    expect(await join('again.jsonl', LOSSES)).toMatchObject({ outcome: 'known' })
    await join('other.jsonl', LOSSES.replace('[0,2,0,1]', '[0,2,0,1.5]'))
    const runs = listRuns(study.db, study.studyId)
    expect(runs).toHaveLength(2)
    expect(new Set(runs.map(({ definitionHash }) => definitionHash)).size).toBe(2)
    const read = runs.map(({ id }) => values('imported_loss.loss_conditioned', id)[0])
    expect(read.toSorted()).toEqual([1, 1.5])
  })

  it('keep the places of rows that were skipped', async () => {
    const rows = alpacaRows(4, 'a')
    rows[1] = { ...rows[1], output: 7 }
    await importRows(study, 'x.json', rows, { ...place, skipBadRows: true })
    await join('raw.jsonl', [line(1, 1), line(2, 1), line(3, 1), line(4, 1)].join('\n'))
    expect(values('imported_loss.loss_alone')).toEqual([1, 'not_run', 3, 4])
  })
})

describe('log-probabilities of first tokens', () => {
  it('belong to their rows where there are five for each', async () => {
    await rowsOfFour()
    await join('logprobs-small.json', tokens(20))
    const [cell] = currentCells(study.db, study.studyId)
    const p = columnReader(study.db, study.studyId).read('imported_probability.p', cell!)
    expect(Array.from(p.values.slice(5, 8))).toEqual([1, Math.exp(-0.1), Math.exp(-0.2)])
  })

  it('are a pool that no filter of rows cuts where there are fewer', async () => {
    await rowsOfFour()
    await join('logprobs-small.json', tokens(18))
    expect(values('imported_probability.p')).toEqual(Array(4).fill('not_in_file'))
    const drawn = async (filter = emptyFilter()) =>
      (await prepared('first-token-probability', { values: 'pooled' }, filter)) as {
        cells: { curves: { n: number }[] }[]
        selectColumn: string | null
      }
    const all = await drawn()
    expect(all.cells.flatMap(({ curves }) => curves)).toMatchObject([{ n: 18 }])
    expect(all.selectColumn).toBeNull()
    const some = await drawn({ ...emptyFilter(), text: 'a 1' })
    expect(some.cells.flatMap(({ curves }) => curves)).toEqual([])
    expect(() => values('imported_probability.pool')).toThrow(/it is not known which row/)
  })

  it('that are more than five for each row are refused', async () => {
    await rowsOfFour()
    await expect(join('logprobs-small.json', tokens(21))).rejects.toThrow(
      /21 probabilities are more than 5 for each of the 4 rows/,
    )
  })

  it('with thousands of different tokens are read whole', async () => {
    await importRows(study, 'x.json', alpacaRows(200, 'a'), place)
    expect(await join('logprobs-small.json', tokens(1_000))).toMatchObject({ rows: 200 })
  })
})

describe('summaries', () => {
  it('of levels are drawn as the mix of the whole file', async () => {
    await rowsOfFour()
    await join('quality.json', levels([1, 0, 2, 0, 0]))
    const { panels } = (await prepared('difficulty-levels', { values: 'imported' })) as {
      panels: { bars: { mix: { asked: number; levels: { count: number }[]; none: unknown } }[] }[]
    }
    const [bar] = panels.flatMap(({ bars }) => bars)
    expect(bar?.mix.levels.map(({ count }) => count)).toEqual([1, 0, 2, 0, 0])
    expect(bar?.mix).toMatchObject({ asked: 4, none: { count: 1 } })
  })

  it('go to the rows that are there where some were skipped', async () => {
    const rows = alpacaRows(4, 'a')
    rows[0] = { ...rows[0], output: 7 }
    await importRows(study, 'x.json', rows, { ...place, skipBadRows: true })
    await join('quality.json', levels([1, 0, 2, 0, 0]))
    await expect(join('more.json', levels([1, 1, 2, 0, 0]))).rejects.toThrow(/Levels of 4 rows/)
    const { panels } = (await prepared('difficulty-levels', { values: 'imported' })) as {
      panels: { bars: { mix: object }[] }[]
    }
    expect(panels.flatMap(({ bars }) => bars)).toMatchObject([
      { mix: { asked: 3, none: { count: 0 } } },
    ])
  })

  it('of more rows than the file has are refused', async () => {
    await rowsOfFour()
    await expect(join('quality.json', levels([1, 1, 1, 1, 1]))).rejects.toThrow(
      /Levels of 5 rows, while the file there has 4/,
    )
  })

  it('appended to each other ask which one it is', async () => {
    await rowsOfFour()
    const text = levels([4, 0, 0, 0, 0], 'one') + levels([0, 0, 0, 0, 4], 'two')
    const plan = await planned('quality.json', text)
    expect(plan.questions[0]?.message).toContain('2: two: difficulty levels of 4 rows')
    await expect(startImport(study, study.studyId, [plan])).rejects.toThrow(/holds 2 results/)
    await importValues(study, study.studyId, { ...plan, part: 2 })
    const [run] = listRuns(study.db, study.studyId)
    expect(run?.record.notes).toMatchObject({ files: [{ part: 2 }] })
    await expect(importValues(study, study.studyId, { ...plan, part: 3 })).rejects.toThrow(
      /Choose one/,
    )
  })

  it.each([
    [
      'ifd.json',
      '[{"ifd_score":0.5,"ifdx_score":NaN,"dataset":"d"}][{"ifd_score":1,"ifdx_score":2,"dataset":"e"}]',
      1,
      { ifd: { whole: 0.5 }, ic_ifd: { whole: null, wholeReason: 'nonfinite' } },
    ],
    ['ifd.json', '[{"ifd_score":0.5,"ifdx_score":1,"dataset":"d"}]', null, { ifd: { whole: 0.5 } }],
    [
      'complexity.jsonl',
      '{"dataset":"d","average_score":3.5}\n{"dataset":"e","average_score":Infinity}\n',
      1,
      { complexity: { whole: 3.5 } },
    ],
    ['reward.json', '{\n "dataset": "d",\n "scores": 1.5\n}', null, { reward: { whole: 1.5 } }],
  ])('of means in %s are numbers of the whole file', async (name, text, part, expected) => {
    await rowsOfFour()
    await join(name, text, { part })
    const [run] = listSetRuns(study.db, study.studyId)
    expect(run?.cells[0]?.record).toMatchObject({ size: 4, draws: 1, values: expected })
  })
})

it('values without rows in the study are told in the preview, and refused', async () => {
  const upload = async (name: string, text: string) => {
    async function* bytes() {
      yield Buffer.from(text)
    }
    const { uploadId } = await saveUpload(study.config, name, bytes())
    return previewImport(study, study.studyId, [{ uploadId }])
  }
  const previews = await upload('logprobs-small.json', tokens(20))
  expect(previews[0]).toMatchObject({
    error: null,
    values: [{ count: 20 }],
    plan: { format: 'token-logprobs', armKey: 'small', align: 'none' },
  })
  expect(matrixOf(study.db, study.studyId, previews).problems).toMatchObject([
    { kind: 'no_rows', isBlocking: true },
  ])
  const plans = previews.map(({ plan }) => plan)
  await expect(startImport(study, study.studyId, plans)).rejects.toThrow(/no file at this place/)
  await rowsOfFour()
  const [again] = await upload('logprobs-small.json', tokens(21))
  // The study has one seed set, so that one is meant.
  expect(again?.plan.seedSetKey).toBe('general')
  expect(matrixOf(study.db, study.studyId, [again!]).problems).toMatchObject([
    { kind: 'other_rows', message: expect.stringContaining('21 probabilities') },
  ])
})

it('an import that is undone takes its values out, and leaves those of before', async () => {
  await rowsOfFour()
  await join('raw.jsonl', LOSSES)
  const since = Date.now() + 1
  await new Promise((resolve) => setTimeout(resolve, 5))
  const plan = await planned('other.jsonl', LOSSES.replace('[0,2,0,1]', '[0,2,0,1.5]'))
  await importValues(study, study.studyId, plan)
  expect(undoValues(study.db, study.studyId, [plan], since)).toBe(1)
  expect(undoValues(study.db, study.studyId, [plan], since)).toBe(0)
  const [run, ...others] = listRuns(study.db, study.studyId)
  expect(others).toEqual([])
  expect(run?.record.notes).toMatchObject({ files: [{ file: 'raw.jsonl' }] })
})
