import fs from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { compareStateSchema } from '@/lib/contracts/compare'
import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import { currentCells } from '../cells'
import { addTestRun } from '@/lib/testing/compare'
import { alpacaRows, fileStudy, importRows, type TestStudy } from '@/lib/testing/imports'
import { closeReader, read } from './client'
import { runQuery, type QueryArgs, type QueryName } from '../queries'

let study: TestStudy

beforeEach(async () => {
  study = await fileStudy()
  await importRows(study, 'alpaca.json', alpacaRows(40, 's'))
  await importRows(study, 'alpaca-iter1-small.json', alpacaRows(40, 'a'))
  await importRows(study, 'alpaca-iter1-large.json', alpacaRows(40, 'b'))
})
afterEach(async () => {
  await closeReader(study.db)
  await study.close()
})

const SIDES = { a: { arm: 'small', round: 1 }, b: { arm: 'large', round: 1 } }
const signal = new AbortController().signal

async function bothWays<N extends QueryName>(name: N, args: QueryArgs<N>) {
  const inThread = await read(study.db, name, args)
  const here = await runQuery(study.db, name, args, signal)
  // Times differ between any two calls.
  const plain = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value, (key, of: unknown) =>
        ['serverMs', 'preparedAt', 'at'].includes(key) ? 0 : of,
      ),
    ) as unknown
  return { inThread: plain(inThread), here: plain(here) }
}

describe('queries in a worker', () => {
  it('give what they give in place', async () => {
    const { studyId } = study
    const run = { studyId, metric: 'mnd', output: 'mnd', hash: 'h' }
    const values = currentCells(study.db, studyId).map((cell, c) => [
      cell.id,
      Array.from({ length: 40 }, (_, row) => (row + c) / 50),
    ])
    addTestRun(study.db, run, Object.fromEntries(values) as Record<string, number[]>)
    const state = compareStateSchema.parse(SIDES)
    const request = exportRequestSchema.parse({
      studyId,
      state: { filter: emptyFilter(), sort: { column: 'position' }, columns: [] },
      format: 'json',
      name: 'set',
    })
    const figure = { figureId: 'mnd-density', options: {}, filter: emptyFilter() }
    const query = {
      filter: { ...emptyFilter(), text: 'answer 1' },
      sort: { column: 'length', descending: true },
    }
    for (const result of [
      await bothWays('rows', [studyId, { ...query, columns: ['mnd.mnd'], offset: 0, limit: 20 }]),
      await bothWays('histogram', [studyId, 'mnd.mnd', query.filter]),
      await bothWays('histogram', [studyId, 'response_words.words', query.filter]),
      await bothWays('figure', [studyId, figure]),
      await bothWays('drawnValues', [studyId, figure]),
      await bothWays('compareSummary', [studyId, state]),
      await bothWays('compareIntervals', [studyId, state]),
      await bothWays('comparePage', [studyId, state, 0, 10]),
      await bothWays('claims', [studyId, {}, ['C02']]),
      await bothWays('exportCheck', [request]),
    ]) {
      expect(result.inThread).toEqual(result.here)
      expect(JSON.stringify(result.here).length).toBeGreaterThan(50)
    }
  })

  it('pass on errors, and go on after the thread was closed', async () => {
    const figure = { figureId: 'no-such', options: {}, filter: emptyFilter() }
    await expect(read(study.db, 'figure', [study.studyId, figure])).rejects.toMatchObject({
      code: 'not_found',
    })
    await closeReader(study.db)
    const again = { ...figure, figureId: 'mnd-density' }
    const result = await read(study.db, 'figure', [study.studyId, again])
    expect(result.figure.id).toBe('mnd-density')
  })

  it('take over the thread that the web process started, of their own database only', async () => {
    const early = globalThis as { evolensEarlyReader?: { databasePath: string; worker: Worker } }
    const databasePath = study.db.$client.name
    const worker = new Worker('./lib/services/queries/thread.mjs', {
      workerData: { databasePath },
      execArgv: [],
    })
    const asked = vi.spyOn(worker, 'postMessage')
    early.evolensEarlyReader = { databasePath: 'another', worker }
    await read(study.db, 'operators', [study.studyId])
    expect(asked).not.toHaveBeenCalled()
    await closeReader(study.db)
    early.evolensEarlyReader = { databasePath, worker }
    await read(study.db, 'operators', [study.studyId])
    expect(asked).toHaveBeenCalledOnce()
    expect(early.evolensEarlyReader).toBeUndefined()
  })

  it('name the operators of the rows', async () => {
    // The files are named like the paper's, so the rotation of its study was proposed.
    const rotation = ['breadth', 'concretizing', 'constraints', 'deepen', 'reasoning']
    expect(await read(study.db, 'operators', [study.studyId])).toEqual(rotation)
    await importRows(study, 'alpaca-iter2-small.json', alpacaRows(40, 'c'), {
      operators: 'one:auto',
    })
    expect(await read(study.db, 'operators', [study.studyId])).toEqual(['auto', ...rotation])
  })

  it('say how far a search is, and stop it with its request', async () => {
    const { db, studyId } = study
    const many = alpacaRows(20_000, 'a long text of many words '.repeat(6))
    await importRows(study, 'alpaca-iter2-small.json', many)
    const controller = new AbortController()
    const find = { is: 'regex' as const, pattern: '(a|l|o|n|g| )*[0-9]{9}x' }
    const page = {
      filter: { ...emptyFilter(), find },
      sort: { column: 'position', descending: false },
      columns: [],
      offset: 0,
      limit: 1,
    }
    const search = read(db, 'rows', [studyId, page], controller.signal).catch(
      (error: { code: string }) => error.code,
    )
    const seen: number[] = []
    while (seen.length < 3) {
      const progress = await read(db, 'searchProgress', [])
      if (progress && progress.done > (seen.at(-1) ?? 0)) seen.push(progress.done)
      expect(progress?.total ?? 40_120).toBeGreaterThan(40_000)
    }
    controller.abort()
    expect(await search).toBe('cancelled')
    // The thread itself has left off, not only the one who waited.
    const until = performance.now() + 500
    while (await read(db, 'searchProgress', [])) expect(performance.now()).toBeLessThan(until)
  }, 60_000)

  it('stop with the request', async () => {
    const state = compareStateSchema.parse(SIDES)
    const controller = new AbortController()
    const query = read(study.db, 'compareIntervals', [study.studyId, state], controller.signal)
    controller.abort()
    await expect(query).rejects.toMatchObject({ code: 'cancelled' })
    await expect(
      read(study.db, 'compareIntervals', [study.studyId, state], controller.signal),
    ).rejects.toMatchObject({ code: 'cancelled' })
    expect(await fs.stat(study.db.$client.name)).toBeTruthy()
  })
})
