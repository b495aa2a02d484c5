import type { Command } from 'commander'
import {
  deleteExperiment,
  getExperiment,
  listExperiments,
  listItems,
  restoreExperiment,
  retryStage,
} from '@/lib/services/experiments'
import { changePlan } from '@/lib/services/experiments/change'
import { continueExperiment } from '@/lib/services/experiments/continue'
import { planText } from '@/lib/services/experiments/plan-file'
import { findExperiment, followExperiment, printStages, readPlan } from '../experiments'
import { printJson, printLine, printRows, say } from '../output'
import { printMatrices } from '../print-matrix'
import { addStudyGroup, openStudy, type OfStudy } from '../study-command'

/** Adds `experiment` and its subcommands. */
export function addExperimentCommand(program: Command): void {
  const { add, json } = addStudyGroup(
    program,
    'experiment',
    'list, show, change, continue and retry experiments; evolve starts them',
  )
  add('list', 'list the experiments of a study').action((options: OfStudy) => {
    const { db, studyId } = openStudy(options)
    printRows(
      listExperiments(db, studyId).map(({ arms, ...rest }) => ({
        ...rest,
        evolvers: arms.map(({ key }) => key).join(', '),
      })),
      json(),
    )
  })
  add('show <experiment>', 'print the stages of an experiment with their funnels').action(
    (given: string, options: OfStudy) => {
      const opened = openStudy(options)
      const id = findExperiment(opened, given)
      printStages(getExperiment(opened.db, opened.studyId, id), json())
    },
  )
  add('items <experiment>', 'print the items of a stage')
    .requiredOption('--stage <stage>', 'id of the stage, for example round-1')
    .option('--evolver <key>', 'evolver; none for a stage that all share', '')
    .option('--limit <n>', 'so many', '50')
    .action((given: string, options: OfStudy & Record<'stage' | 'evolver' | 'limit', string>) => {
      const opened = openStudy(options)
      const of = { arm: options.evolver, stage: options.stage }
      const page = { offset: 0, limit: Number(options.limit) || 50 }
      const id = findExperiment(opened, given)
      const { items } = listItems(opened.db, opened.studyId, id, of, page)
      const shown = items.map(({ value, ...item }) => ({ ...item, value: JSON.stringify(value) }))
      if (json()) printJson(items)
      else printRows(shown, false)
    })
  add('matrix <experiment>', 'print which checking functions of AutoIF pass which cases')
    .requiredOption('--evolver <key>', 'evolver')
    .option('--constraint <text>', 'part of its text, or its key: all outcomes of this one', '')
    .action((given: string, options: OfStudy & Record<'evolver' | 'constraint', string>) => {
      const opened = openStudy(options)
      const of = { arm: options.evolver, stage: 'check' }
      const id = findExperiment(opened, given)
      // All of them.
      const page = { offset: 0, limit: -1 }
      const { items } = listItems(opened.db, opened.studyId, id, of, page)
      printMatrices(items, options.constraint, json())
    })
  add('plan <experiment>', 'print the plan of an experiment as YAML').action(
    (given: string, options: OfStudy) => {
      const opened = openStudy(options)
      const id = findExperiment(opened, given)
      const { plan } = getExperiment(opened.db, opened.studyId, id)
      printLine(planText(opened.db, plan).trimEnd())
    },
  )
  add('retry <experiment>', 'ask the failed items of a stage again')
    .requiredOption('--stage <stage>', 'id of the stage, for example round-1')
    .option('--evolver <key>', 'evolver; none for a stage that all share', '')
    .option('--wait', 'follow it to its end')
    .action(
      async (
        given: string,
        options: OfStudy & { stage: string; evolver: string; wait?: boolean },
      ) => {
        const opened = openStudy(options)
        const id = findExperiment(opened, given)
        const of = { arm: options.evolver, stage: options.stage }
        const retried = retryStage(opened.db, opened.studyId, id, of)
        printStages(options.wait ? await followExperiment(opened, id, json()) : retried, json())
      },
    )
  add('continue <experiment>', 'begin the stages that have no job, as after restoring a backup')
    .option('--wait', 'follow it to its end')
    .action(async (given: string, options: OfStudy & { wait?: boolean }) => {
      const opened = openStudy(options)
      const id = findExperiment(opened, given)
      const begun = continueExperiment(opened.db, opened.studyId, id)
      printStages(options.wait ? await followExperiment(opened, id, json()) : begun, json())
    })
  add('change <experiment> <plan.yaml>', 'add seeds, rounds or evolvers by a changed plan')
    .option('--wait', 'follow it to its end')
    .action(async (given: string, file: string, options: OfStudy & { wait?: boolean }) => {
      const opened = openStudy(options)
      const id = findExperiment(opened, given)
      const changed = changePlan(opened, opened.studyId, id, await readPlan(opened, file))
      printStages(options.wait ? await followExperiment(opened, id, json()) : changed, json())
    })
  add('delete <experiment>', 'delete an experiment; its files stay').action(
    (given: string, options: OfStudy) => {
      const opened = openStudy(options)
      const id = findExperiment(opened, given)
      deleteExperiment(opened.db, opened.studyId, id)
      say('Deleted', `${id}; "experiment restore ${id}" brings it back within 7 days`)
    },
  )
  add('restore <id>', 'bring a deleted experiment back').action((id: string, options: OfStudy) => {
    const { db, studyId } = openStudy(options)
    restoreExperiment(db, studyId, id)
    say('Restored', id)
  })
}
