import { randomUUID } from 'node:crypto'
import { and, count, desc, eq, isNull } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { experiments, stageItems, stages } from '@/db/schema'
import { emptyFilter } from '@/lib/contracts/filter'
import type {
  ChosenSeeds,
  Experiment,
  ExperimentSummary,
  Plan,
  StageItem,
} from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { scenarioOf, stagesOf } from '@/lib/evolution'
import { cancelStages } from './cancel'
import { currentCells, type CellRef } from '../cells'
import type { ServiceContext } from '../context'
import { markDeleted, markRestored } from '../deletion'
import { getBackendRow } from '../backends'
import { promptByHash } from '../prompts'
import { selectRows } from '../rows/select'
import { definitionHash } from '../runs/definition'
import { getStudy } from '../studies'
import { advance } from './advance'
import { cellsToAnswer, dropFailedAnswers } from './answers'
import { seedRows } from './data'
import { funnelsOf, stageInfo } from './funnel'
import {
  ensureStages,
  experimentRow,
  itemsOf,
  placedStage,
  placedStages,
  stagesAfter,
} from './records'

function seedCell(cells: readonly CellRef[], key: string): CellRef {
  const found = cells.find((cell) => cell.armId === null && cell.seedSetKey === key)
  if (found) return found
  const known = cells.filter(({ armId }) => armId === null).map(({ seedSetKey }) => seedSetKey)
  throw new AppError(
    'invalid_input',
    `The seed set "${key}" has no seed texts. Import its seed file first, or choose of: ${known.join(', ') || 'none'}.`,
  )
}

/**
 * Returns the seed rows that a plan chooses now: of each set all, those of its filter, or a seeded sample of them. Throws where
 * its scenario can do nothing with them.
 */
export function chooseSeeds(db: Db, studyId: string, plan: Plan): ChosenSeeds[] {
  const { seeds } = plan
  const cells = currentCells(db, studyId)
  const all = cells.filter(({ armId }) => armId === null).map(({ seedSetKey }) => seedSetKey)
  const keys = seeds.sets.length > 0 ? seeds.sets : all
  if (keys.length === 0) {
    throw new AppError(
      'invalid_input',
      'This study has no seed texts to evolve. Import a seed file first.',
    )
  }
  const chosen = keys.map((setKey) => {
    const cell = seedCell(cells, setKey)
    if (!seeds.filter && seeds.rows === null) return { setKey, cellId: cell.id, rows: null }
    const filter = {
      ...emptyFilter(),
      ...seeds.filter,
      seedSets: [setKey],
      arms: ['seeds'],
      rounds: [],
      ...(seeds.rows === null ? {} : { sample: { rows: seeds.rows, seed: seeds.seed } }),
    }
    const rows = [...(selectRows(db, studyId, filter).get(cell.no) ?? [])]
    if (rows.length === 0) {
      throw new AppError('invalid_input', `No seed of "${setKey}" passes the plan's filter.`)
    }
    return { setKey, cellId: cell.id, rows }
  })
  const { check } = scenarioOf(plan)
  check?.(plan, seedRows(db, { studyId, seeds: chosen }))
  return chosen
}

/** Checks what a plan names before anything runs; throws with the field at fault. `own` are evolvers whose files are its own. */
export function checkPlan(db: Db, studyId: string, plan: Plan, own: readonly string[] = []): void {
  const stages = stagesOf(plan)
  const models = [...plan.arms, plan.responses, plan.judge].filter((model) => model !== null)
  for (const { backend, prompts } of models) {
    getBackendRow(db, backend)
    // A version that is gone is better refused now than in the worker.
    for (const [id, hash] of Object.entries(prompts)) promptByHash(db, id, hash)
  }
  const judged = stages.find(
    (stage) => stage.kind === 'ask' && (stage.role === 'judge' || stage.check),
  )
  if (judged && !plan.judge) {
    throw new AppError(
      'invalid_input',
      `The stage "${judged.label}" needs a judge model; name its backend in the plan.`,
    )
  }
  const cells = currentCells(db, studyId)
  const taken = plan.arms.find(
    ({ key }) => !own.includes(key) && cells.some(({ armKey }) => armKey === key),
  )
  if (taken) {
    throw new AppError(
      'conflict',
      `The study has files of an evolver "${taken.key}" already. Choose another key.`,
    )
  }
}

/** Starts an experiment and returns it: its first stages are queued, each stage queues those that read it. */
export function startExperiment({ db }: ServiceContext, studyId: string, plan: Plan): Experiment {
  const study = getStudy(db, studyId)
  return inTransaction(db, () => {
    checkPlan(db, study.id, plan)
    const row = db
      .insert(experiments)
      .values({
        id: randomUUID(),
        studyId: study.id,
        plan,
        planHash: definitionHash(plan),
        seeds: chooseSeeds(db, study.id, plan),
        models: {},
        createdAt: Date.now(),
      })
      .returning()
      .get()
    ensureStages(db, row)
    advance(db, row)
    return getExperiment(db, study.id, row.id)
  })
}

/** Returns an experiment with the state and funnel of each stage. */
export function getExperiment(db: Db, studyId: string, id: string): Experiment {
  const row = experimentRow(db, id, studyId)
  const all = placedStages(db, row)
  const funnels = funnelsOf(
    db,
    all.map((placed) => placed.row.no),
  )
  return {
    id: row.id,
    name: row.plan.name,
    planHash: row.planHash,
    createdAt: row.createdAt,
    plan: row.plan,
    stages: all.map((placed) => stageInfo(db, row, all, placed, funnels.get(placed.row.no))),
  }
}

/** Returns the experiments of a study, newest first. */
export function listExperiments(db: Db, studyId: string): ExperimentSummary[] {
  const found = db
    .select()
    .from(experiments)
    .where(and(eq(experiments.studyId, studyId), isNull(experiments.deletedAt)))
    .orderBy(desc(experiments.no))
    .all()
  return found.map((row) => {
    const all = placedStages(db, row)
    return {
      id: row.id,
      name: row.plan.name,
      scenario: row.plan.scenario.kind,
      planHash: row.planHash,
      createdAt: row.createdAt,
      stages: all.length,
      stagesDone: all.filter((placed) => placed.row.doneAt !== null).length,
      arms: row.plan.arms.map(({ key, label }) => ({ key, label })),
    }
  })
}

/** Returns a page of the items of a stage by position, of one outcome and reason where given. */
export function listItems(
  db: Db,
  studyId: string,
  id: string,
  of: { arm: string; stage: string; status?: StageItem['status']; reason?: string },
  page: { offset: number; limit: number },
): { total: number; items: StageItem[] } {
  const experiment = experimentRow(db, id, studyId)
  const { row } = placedStage(db, experiment, of.arm, of.stage)
  const where = and(
    eq(stageItems.stageNo, row.no),
    of.status === undefined ? undefined : eq(stageItems.status, of.status),
    of.reason === undefined ? undefined : eq(stageItems.reason, of.reason),
  )
  const total = db.select({ n: count() }).from(stageItems).where(where).get()?.n ?? 0
  return { total, items: itemsOf(db, row.no, where, page) }
}

/**
 * Asks the failed items of a stage again, with other random seeds; everything that was made of them is made anew where it
 * changes. Throws `conflict` while a job works on the stage.
 */
export function retryStage(
  db: Db,
  studyId: string,
  id: string,
  of: { arm: string; stage: string },
): Experiment {
  inTransaction(db, () => {
    const experiment = experimentRow(db, id, studyId)
    const all = placedStages(db, experiment)
    const from = placedStage(db, experiment, of.arm, of.stage, all)
    if (from.row.doneAt === null) {
      throw new AppError('conflict', 'This stage has not ended yet; wait for it or cancel its job.')
    }
    const { stage } = from
    if (stage.kind === 'respond') {
      dropFailedAnswers(db, cellsToAnswer(db, experiment, all, { ...from, stage }), from)
    }
    const later = stagesAfter(all, from)
    cancelStages(db, experiment, later)
    for (const { row } of [from, ...later]) {
      const isFirst = row.no === from.row.no
      db.update(stages)
        .set({ doneAt: null, jobId: null, attempt: row.attempt + (isFirst ? 1 : 0) })
        .where(eq(stages.no, row.no))
        .run()
    }
    advance(db, experiment)
  })
  return getExperiment(db, studyId, id)
}

/** Deletes an experiment, whose jobs are cancelled; the files that it made stay. It can be restored for seven days. */
export function deleteExperiment(db: Db, studyId: string, id: string): void {
  inTransaction(db, () => {
    const experiment = experimentRow(db, id, studyId)
    cancelStages(db, experiment, placedStages(db, experiment))
    markDeleted(db, experiments, studyId, id, 'experiment')
  })
}

/** Brings a deleted experiment back; stages that were cancelled wait until their jobs are started again. */
export function restoreExperiment(db: Db, studyId: string, id: string): void {
  markRestored(db, experiments, studyId, id, 'experiment')
}
