import type { Command } from 'commander'
import type { Experiment, StageInfo } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { readNamed } from '@/lib/files'
import type { ServiceContext } from '@/lib/services/context'
import {
  deleteExperiment,
  getExperiment,
  listExperiments,
  listItems,
  restoreExperiment,
  retryStage,
  startExperiment,
} from '@/lib/services/experiments'
import { parsePlanFile, planText } from '@/lib/services/experiments/plan-file'
import { followJobs } from '../follow'
import { printJson, printLine, printRows, say } from '../output'
import { printMatrices } from '../print-matrix'
import { addStudyGroup, openStudy, type OfStudy } from '../study-command'

// Plans are written by hand.
const MAX_PLAN_BYTES = 1_000_000

type Opened = ServiceContext & { studyId: string }

/** Returns the experiment with this id or name; throws where none or several fit. */
function findExperiment({ db, studyId }: Opened, given: string): string {
  const all = listExperiments(db, studyId)
  const found = all.filter(({ id, name }) => id === given || name === given)
  if (found.length === 1) return (found[0] as { id: string }).id
  if (found.length > 1) {
    throw new AppError('invalid_input', `Several experiments are named "${given}"; use the id.`)
  }
  const names = all.map(({ name }) => `"${name}"`).join(', ') || 'none'
  throw new AppError('not_found', `There is no experiment "${given}". There are: ${names}.`)
}

function stageRow({ arm, label, state, why, total, counts }: StageInfo) {
  return { evolver: arm || 'all', stage: label, state, in: total, ...counts, why: why ?? '' }
}

function printStages({ stages }: Experiment, json: boolean): void {
  if (json) return printJson(stages)
  printRows(stages.map(stageRow), false)
  for (const { label, arm, reasons } of stages) {
    for (const { status, reason, count, examples } of reasons) {
      const example = examples[0] ? `, for example ${examples[0].key}: ${examples[0].raw}` : ''
      printLine(`${label}${arm && ` of ${arm}`}: ${count} ${status} (${reason})${example}`)
    }
  }
}

/** Follows the jobs of an experiment until no stage is left to run; throws the first failure. */
async function follow(opened: Opened, id: string, json: boolean): Promise<Experiment> {
  for (;;) {
    const experiment = getExperiment(opened.db, opened.studyId, id)
    const open = experiment.stages.filter(({ state }) => state === 'ready' || state === 'running')
    const jobs = open.flatMap(({ jobId }) => jobId ?? [])
    if (jobs.length === 0) return experiment
    await followJobs(opened, jobs, json)
  }
}

async function start(opened: Opened, file: string, wait: boolean, json: boolean): Promise<void> {
  const text = (await readNamed(file, { what: 'The plan', maxBytes: MAX_PLAN_BYTES })).toString()
  const { db, studyId } = opened
  const started = startExperiment(opened, studyId, parsePlanFile(db, text))
  if (!json) say('Experiment', `"${started.name}" (${started.id})`)
  printStages(wait ? await follow(opened, started.id, json) : started, json)
}

/** Adds `experiment` and its subcommands. */
export function addExperimentCommand(program: Command): void {
  const { add, json } = addStudyGroup(
    program,
    'experiment',
    'evolve seeds by a plan: evolvers, scenario, responses, measures',
  )
  add('start <plan.yaml>', 'start the experiment of a plan')
    .option('--wait', 'follow it to its end')
    .action((file: string, options: OfStudy & { wait?: boolean }) =>
      start(openStudy(options), file, options.wait === true, json()),
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
        printStages(options.wait ? await follow(opened, id, json()) : retried, json())
      },
    )
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
