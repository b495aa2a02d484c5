import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import {
  benchmarkTexts,
  blindSessions,
  blindVerdicts,
  cells,
  columnValues,
  experiments,
  mapCells,
  maps,
  promptVersions,
  resultItems,
  resultModels,
  results,
  rowDetails,
  runs,
  stageItems,
  stages,
  studies,
} from '@/db/schema'
import type { Db } from '@/db/client'
import { blindPlanSchema } from '@/lib/contracts/blind'
import { planSchema } from '@/lib/contracts/experiment'
import { unknownModel } from '@/lib/contracts/results'
import { subsetRulesSchema } from '@/lib/contracts/subset'
import { createStudy } from '@/lib/services/studies'
import { saveView } from '@/lib/services/studies/views'
import { saveOwnClaims } from '@/lib/services/claims/own'
import type { ServiceContext } from '@/lib/services/context'
import { addFormula } from '@/lib/services/formulas'
import { currentCells } from '@/lib/services/cells'
import { loadSample } from '@/lib/services/sample/load'
import { saveSubset } from '@/lib/services/subsets'
import { decideOn } from './decisions'
import { resultFixture, takeResults } from './take-results'

const OWN_CLAIMS =
  'claims:\n  - claim: One\n    metric: ifd.strict\n    a: seeds\n    b: seeds\n    direction: higher\n'

function addResults(db: Db): void {
  const [first] = db.select().from(results).all()
  if (!first) throw new Error('the fixture has no result')
  db.insert(resultItems)
    .values({ resultNo: first.no, fileId: first.fileId, count: 1, items: [] })
    .onConflictDoNothing()
    .run()
}

function addBlind(db: Db, studyId: string): void {
  const [a, b] = currentCells(db, studyId).filter(({ armKey }) => armKey !== null)
  if (!a || !b) throw new Error('the sample has no two evolved files')
  const plan = { a: { arm: 'a', round: 1 }, b: { arm: 'b', round: 1 } }
  const place = { idx: 0 }
  const id = randomUUID()
  db.insert(blindSessions)
    .values({
      id,
      studyId,
      person: 'A',
      plan: { ...blindPlanSchema.parse(plan), eligible: 1, equal: 0, orderSeed: 1 },
      pairs: [
        {
          seedSet: a.seedSetKey,
          slot: 0,
          a: { cellId: a.id, ...place },
          b: { cellId: b.id, ...place },
          seed: null,
          isALeft: true,
        },
      ],
      createdAt: 1,
    })
    .run()
  db.insert(blindVerdicts).values({ sessionId: id, pair: 0, verdict: 'left', ms: 1, at: 1 }).run()
}

function addExperiment(db: Db, studyId: string, cellId: string): void {
  const plan = planSchema.parse({
    name: 'Trial',
    scenario: { kind: 'evol-instruct' },
    arms: [{ key: 'one', label: 'One', backend: 'embedded' }],
  })
  const { no: experimentNo } = db
    .insert(experiments)
    .values({
      id: randomUUID(),
      studyId,
      plan,
      planHash: 'c'.repeat(64),
      seeds: [{ setKey: 'alpaca', cellId, rows: [0] }],
      models: {},
      createdAt: 1,
    })
    .returning({ no: experiments.no })
    .get()
  const { no: stageNo } = db
    .insert(stages)
    .values({ experimentNo, arm: 'one', stage: 'round-1', cells: [cellId], doneAt: 2 })
    .returning({ no: stages.no })
    .get()
  const item = { key: 'alpaca:0', position: 0, inputHash: 'd', value: 'Text', raw: ' Text' }
  db.insert(stageItems)
    .values({ stageNo, status: 'ok', ...item })
    .run()
}

function addMap(db: Db, studyId: string, cellNo: number, runId: string): void {
  const settings = { sample: 100, neighbours: 2, seed: 1, version: 1 as const }
  const { no: mapNo } = db
    .insert(maps)
    .values({
      id: randomUUID(),
      studyId,
      hash: 'e'.repeat(64),
      definition: { ...settings, runId, model: 'm', textRecipe: 'instruction' },
      createdAt: 1,
    })
    .returning({ no: maps.no })
    .get()
  db.insert(mapCells)
    .values({ mapNo, cellNo, places: Buffer.alloc(8) })
    .run()
}

/** Returns the id of a study that has an entry in every table that a study can have entries in: the sample and more. */
export async function wholeStudy(context: ServiceContext): Promise<string> {
  const { db } = context
  const { studyId } = await loadSample(db)
  // Another study, so that keys of this one are not those that an empty database begins with.
  createStudy(db, { name: 'Other' })
  db.update(studies).set({ origin: 'user' }).where(eq(studies.id, studyId)).run()
  const [cell] = currentCells(db, studyId)
  const ofStudy = db.select().from(runs).where(eq(runs.studyId, studyId)).all()
  const [run] = ofStudy
  if (!cell || !run) throw new Error('the sample is empty')
  const sha256 = 'b'.repeat(64)
  db.insert(benchmarkTexts)
    .values({ sha256, name: 'b', items: ['text'], createdAt: 1 })
    .run()
  saveSubset(
    db,
    studyId,
    {
      name: 'Subset',
      rules: subsetRulesSchema.parse([{ rule: 'decontaminate', benchmarks: [sha256] }]),
    },
    3,
  )
  saveView(db, studyId, 'View', { page: 'rows', params: {} })
  const where = { is: 'rows', files: [{ cellId: cell.id, rows: [1, 2] }] }
  saveView(db, studyId, 'Picked', { page: 'rows', params: { filter: JSON.stringify({ where }) } })
  decideOn(
    { db, studyId },
    [
      { cellId: cell.id, idx: 1 },
      { cellId: cell.id, idx: 4 },
    ],
    { kind: 'star' },
  )
  addFormula(db, studyId, { name: 'Twice', text: 'words(instruction) * 2' })
  const more = { metricId: run.metricId, studyId }
  db.insert(columnValues)
    .values({ ...more, no: 1, value: '"word"' })
    .run()
  db.insert(rowDetails)
    .values({ runNo: run.no, cellNo: cell.no, idx: 0, detail: '{}' })
    .onConflictDoNothing()
    .run()
  await takeResults({ ...context, studyId }, { 'r.json': resultFixture('lm-eval-results.json') })
  addResults(db)
  const model = { studyId, source: 'lm-eval', model: 'm', mapping: unknownModel() }
  db.insert(resultModels).values(model).run()
  addBlind(db, studyId)
  const [card] = ofStudy.flatMap(({ definition }) => definition.prompts)
  db.insert(promptVersions)
    .values({
      id: randomUUID(),
      promptId: 'rubric-x',
      version: 1,
      template: 't',
      hash: card?.hash ?? run.definitionHash,
      createdAt: 1,
    })
    .run()
  addExperiment(db, studyId, cell.id)
  addMap(db, studyId, cell.no, run.id)
  saveOwnClaims(db, studyId, OWN_CLAIMS)
  db.update(cells).set({ createdAt: 5 }).where(eq(cells.no, cell.no)).run()
  return studyId
}
