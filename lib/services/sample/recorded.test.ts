import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { testDatabase } from '@/lib/testing/database'
import { BUILT_IN_BACKENDS, getBackendKind } from '@/lib/backends'
import { identityOf } from '@/lib/backends/engine/session'
import type { EngineInfo } from '@/lib/backends/engine/engine-types'
import { MODELS } from '@/lib/models/manifest'
import { testEnvironment, whyWithout } from '@/lib/testing/models'
import type { ModelIdentity } from '@/lib/backends/types'
import type { RunRecord } from '@/lib/contracts/run'
import { listFigures } from '@/lib/figures'
import { getMeasured } from '@/lib/metrics'
import { getRunCard } from '../runs/cards'
import { currentCells } from '../cells'
import { listStudyFigures } from '../figures'
import { listRuns } from '../runs'
import { loadSample } from './load'
import { readSampleMetrics, sampleCellName, sampleFolder } from './manifest'
import { hashesOfData, outdatedBecause, RECORD_COMMAND, readValues } from './values'

// Opening a model writes its weights out the first time.
const SLOW = 300_000

const values = readValues()
if (!values) throw new Error(`The sample has no recorded values. Run: ${RECORD_COMMAND}`)
const runs = values.runs.map((run) => ({ name: run.definition.metric, run }))
const remedy = `The recorded values are out of date. Run: ${RECORD_COMMAND}`

function hashOf(file: string): string {
  const bytes = fs.readFileSync(path.join(sampleFolder(), file))
  return createHash('sha256').update(bytes).digest('hex')
}

function modelOf(name: string): ModelIdentity {
  const found = runs.find((entry) => entry.name === name)?.run.definition.model
  if (!found) throw new Error(`${name} was recorded without a model.`)
  return found as unknown as ModelIdentity
}

describe('the values that ship with the sample', () => {
  it('are of the data that ships, one run for each metric of the sample', () => {
    expect({ remedy, files: values.files }).toEqual({ remedy, files: hashesOfData(sampleFolder()) })
    expect(runs.map(({ name }) => name)).toEqual(readSampleMetrics().map(({ metric }) => metric))
    for (const { run } of runs) expect([run.file, hashOf(run.file)]).toEqual([run.file, run.sha256])
  })

  it.each(runs)('are of the definition that this version makes: $name', ({ name, run }) => {
    const wanted = readSampleMetrics().find(({ metric }) => metric === name)
    const reason = wanted && outdatedBecause(run, wanted)
    expect({ remedy, reason }).toEqual({ remedy, reason: null })
  })

  it('are of the models that are fetched, described as they are today', () => {
    for (const { name, run } of runs) {
      const { needs } = getMeasured(name)
      expect([name, run.definition.model === null]).toEqual([name, needs.length === 0])
      if (!run.definition.model) continue
      const { revision } = run.definition.model as { revision: string }
      const shipped = MODELS.flatMap(({ files }) => files.map(({ sha256 }) => sha256))
      expect({ remedy, known: shipped.includes(revision) }).toEqual({ remedy, known: true })
    }
    const model = modelOf('loss')
    const info = {
      path: model.settings['path'],
      release: model.server.replace('llama.cpp ', ''),
      scoringWeights: model.settings['scoringWeights'],
      scorer: model.settings['scorer'],
      generator: model.settings['generator'],
      dtype: model.dtype,
      tokenizerHash: model.tokenizer,
      contextLength: model.contextLength,
      bosId: model.bosId,
    } as EngineInfo
    const located = { path: '', name: model.model, sha256: model.revision }
    expect({ remedy, model }).toEqual({ remedy, model: identityOf(located, info, 0) })
  })

  for (const [name, backendId, modelId] of [
    ['loss', 'embedded', 'smollm2-135m-instruct'],
    ['mnd', 'embedded-embeddings', 'all-minilm-l6-v2'],
  ] as const) {
    const why = whyWithout(modelId)
    it.skipIf(why !== '')(
      `of ${name} name the model as its backend does today${why}`,
      async () => {
        const built = BUILT_IN_BACKENDS.find(({ id }) => id === backendId)
        const kind = getBackendKind(built?.kind ?? '')
        const session = await kind.open(kind.config.parse(built?.config), testEnvironment())
        await session.close()
        const model = modelOf(name)
        // Which way scores are read depends on the machine.
        const { path: way } = model.settings
        const { identity } = session
        const settings = way === undefined ? identity.settings : { ...identity.settings, path: way }
        expect({ remedy, model }).toEqual({ remedy, model: { ...identity, settings } })
      },
      SLOW,
    )
  }

  it('fill every figure of rows as soon as the sample is loaded, and leave one metric to be completed', async () => {
    const db = testDatabase()
    const { studyId } = await loadSample(db)
    const figures = listStudyFigures(db, studyId)
    expect(figures.filter((one) => one.available).map((one) => one.id)).toEqual(
      // The sample has no column of tags.
      listFigures().flatMap((one) =>
        one.needsResults || one.id === 'method-rarefaction' ? [] : [one.id],
      ),
    )
    const cells = currentCells(db, studyId)
    const incomplete = listRuns(db, studyId).flatMap((run) => {
      const wanted = readSampleMetrics().find(({ metric }) => metric === run.metric)
      const own = cells.filter(
        (cell) => cell.armId !== null || !getMeasured(run.metric).inputs.parent,
      )
      const rows = own.reduce((sum, cell) => sum + cell.rowCount, 0)
      expect(run.done).toBe(run.total)
      const left = own.filter((cell) => wanted?.leaveRounds.includes(cell.round))
      expect(rows - run.total).toBe(left.reduce((sum, cell) => sum + cell.rowCount, 0))
      return left.map(sampleCellName)
    })
    expect(incomplete).toHaveLength(6)
  })

  it('have cards that say which weights scored, the error to expect, and where the values are from', async () => {
    const db = testDatabase()
    const { studyId } = await loadSample(db)
    const cards = listRuns(db, studyId).map((run) => getRunCard(db, run.id))
    for (const { run } of cards) {
      const { startedAt, finishedAt, recorded } = run.record as unknown as RunRecord
      expect(recorded).toMatchObject({ command: RECORD_COMMAND, rows: run.done })
      expect(startedAt).toBeLessThan(finishedAt ?? 0)
    }
    const accuracy = Object.fromEntries(cards.map((card) => [card.run.metric, card.accuracy]))
    expect(accuracy).toMatchObject({
      loss: { weights: 'f32, from Q4_1', error: expect.stringContaining('largest 0.003 %') },
      mnd: null,
      difficulty_level: null,
    })
  })
})
