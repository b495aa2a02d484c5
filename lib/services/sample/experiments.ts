import { randomUUID } from 'node:crypto'
import { and, asc, eq, isNull } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { experiments, stageItems, stages } from '@/db/schema'
import { AppError } from '@/lib/errors'
import { currentCells } from '../cells'
import { definitionHash } from '../runs/definition'
import {
  readSampleLines,
  sampleCellName,
  sampleItemSchema,
  writeSampleLines,
  type SampleExperiment,
} from './manifest'

/** Returns the experiments of scenarios whose stages the sample shows, oldest first; their items are written beside the manifest. */
export function dumpExperiments(db: Db, studyId: string, folder: string): SampleExperiment[] {
  const names = new Map(currentCells(db, studyId).map((cell) => [cell.id, sampleCellName(cell)]))
  const nameOf = (id: string) => names.get(id) ?? ''
  const found = db
    .select()
    .from(experiments)
    .where(and(eq(experiments.studyId, studyId), isNull(experiments.deletedAt)))
    .orderBy(asc(experiments.no))
    .all()
    // Its prompts and operators stand in the manifest, its replies in the rows.
    .filter(({ plan }) => plan.scenario.kind !== 'evol-instruct')
  return found.map(({ no, plan, seeds, models, createdAt }) => {
    const own = db.select().from(stages).where(eq(stages.experimentNo, no)).orderBy(stages.no).all()
    const items = own.flatMap(({ no: stageNo, arm, stage }) =>
      db
        .select()
        .from(stageItems)
        .where(eq(stageItems.stageNo, stageNo))
        .orderBy(stageItems.position, stageItems.key)
        .all()
        .map((item) => sampleItemSchema.parse({ ...item, arm, stage })),
    )
    const file = `experiment-${plan.scenario.kind}.jsonl`
    return {
      file,
      sha256: writeSampleLines(file, items, folder),
      plan,
      seeds: seeds.map((set) => ({ ...set, cellId: nameOf(set.cellId) })),
      models,
      createdAt,
      stages: own.map(({ arm, stage, definition, attempt, total, cells, doneAt }) => ({
        arm,
        stage,
        definition,
        attempt,
        total,
        doneAt,
        cells: cells.map(nameOf),
      })),
    }
  })
}

/** Stores the experiments of the sample with all items of their stages, as they ended. */
export function restoreExperiments(
  db: Db,
  studyId: string,
  recorded: readonly SampleExperiment[],
  folder: string,
): void {
  const ids = new Map(currentCells(db, studyId).map((cell) => [sampleCellName(cell), cell.id]))
  const idOf = (name: string) => {
    const id = ids.get(name)
    if (id === undefined) throw new AppError('data_error', `There is no sample file ${name}.`)
    return id
  }
  inTransaction(db, () => {
    for (const { file, plan, seeds, models, createdAt, stages: own } of recorded) {
      const items = readSampleLines(file, sampleItemSchema, folder)
      const { no } = db
        .insert(experiments)
        .values({
          id: randomUUID(),
          studyId,
          plan,
          planHash: definitionHash(plan),
          seeds: seeds.map((set) => ({ ...set, cellId: idOf(set.cellId) })),
          models,
          createdAt,
        })
        .returning({ no: experiments.no })
        .get()
      for (const stage of own) {
        const { no: stageNo } = db
          .insert(stages)
          .values({ ...stage, experimentNo: no, cells: stage.cells.map(idOf) })
          .returning({ no: stages.no })
          .get()
        for (const item of items)
          if (item.arm === stage.arm && item.stage === stage.stage)
            db.insert(stageItems)
              .values({ ...item, stageNo })
              .run()
      }
    }
  })
}
