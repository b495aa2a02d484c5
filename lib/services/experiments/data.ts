import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { rows } from '@/db/schema'
import type { StageItem } from '@/lib/contracts/experiment'
import type { SeedRow, StageData } from '@/lib/evolution'
import type { Prompt } from '@/lib/prompts/prompt'
import { getCell } from '../cells'
import { promptChoice } from '../prompts'
import { itemsOf, placedStages, type ExperimentRow, type PlacedStage } from './records'

/** Returns the chosen seeds of an experiment with their texts, in file order. */
export function seedRows(
  db: Db,
  { studyId, seeds }: Pick<ExperimentRow, 'studyId' | 'seeds'>,
): SeedRow[] {
  const { idx, instruction, input } = rows
  return seeds.flatMap(({ setKey, cellId, rows: chosen }) => {
    const cell = getCell(db, studyId, cellId)
    const wanted = chosen === null ? null : new Set(chosen)
    return db
      .select({ idx, instruction, input })
      .from(rows)
      .where(eq(rows.cellNo, cell.no))
      .orderBy(idx)
      .all()
      .filter((row) => wanted === null || wanted.has(row.idx))
      .map((row) => ({ setKey, ...row }))
  })
}

/** The prompts that a stage was told to use: those of its role in the plan, else those of the program. */
function promptsFor({ plan }: Pick<ExperimentRow, 'plan'>, { stage, arm }: PlacedStage) {
  const evolver = plan.arms.find(({ key }) => key === arm)?.prompts ?? {}
  if (stage.kind === 'respond') return plan.responses?.prompts ?? {}
  if (stage.kind !== 'ask' || stage.role === 'evolver') {
    return { ...plan.judge?.prompts, ...evolver }
  }
  return (stage.role === 'writer' ? plan.responses?.prompts : plan.judge?.prompts) ?? {}
}

/** Where a stage finds its seeds and what other stages made: the database, or the memory of a trial. */
export interface StageSource {
  all: readonly PlacedStage[]
  seeds(): SeedRow[]
  items(of: PlacedStage): StageItem[]
}

/** Returns what a stage sees of its experiment; seeds and items are read once, when they are asked for. */
export function stageData(
  db: Db,
  experiment: ExperimentRow,
  placed: PlacedStage,
  source: StageSource = {
    all: placedStages(db, experiment),
    seeds: () => seedRows(db, experiment),
    items: ({ row }) => itemsOf(db, row.no),
  },
): StageData {
  let seeds: SeedRow[] | null = null
  const items = new Map<string, StageItem[]>()
  const prompts = new Map<string, Prompt>()
  const chosen = promptChoice(db, promptsFor(experiment, placed))
  return {
    plan: experiment.plan,
    arm: experiment.plan.arms.find(({ key }) => key === placed.arm) ?? null,
    seeds: () => (seeds ??= source.seeds()),
    items(stageId, arm) {
      const isOf = (one: PlacedStage) =>
        one.stage.id === stageId &&
        (one.stage.isShared === true ? one.arm === '' : one.arm === (arm ?? placed.arm))
      const found = source.all.find(isOf)
      if (!found) throw new TypeError(`no stage "${stageId}" before "${placed.stage.id}"`)
      const key = `${found.arm} ${stageId}`
      const read = items.get(key) ?? source.items(found)
      items.set(key, read)
      return read
    },
    prompt(id) {
      const found = prompts.get(id) ?? chosen(id)
      prompts.set(id, found)
      return found
    },
  }
}
