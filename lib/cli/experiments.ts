import type { Experiment, Plan, StageInfo } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { readNamed } from '@/lib/files'
import type { ServiceContext } from '@/lib/services/context'
import { getExperiment, listExperiments } from '@/lib/services/experiments'
import { parsePlanFile } from '@/lib/services/experiments/plan-file'
import { followJobs } from './follow'
import { printJson, printLine, printRows } from './output'

// Plans are written by hand.
const MAX_PLAN_BYTES = 1_000_000

/** A study that a command works on. */
export type Opened = ServiceContext & { studyId: string }

/** Returns the experiment with this id or name; throws where none or several fit. */
export function findExperiment({ db, studyId }: Opened, given: string): string {
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

/** Prints the stages with their funnels, and each reason with an example. */
export function printStages({ stages }: Experiment, json: boolean): void {
  if (json) return printJson(stages)
  printRows(stages.map(stageRow), false)
  for (const { label, arm, reasons } of stages) {
    for (const { status, reason, count, examples } of reasons) {
      const example = examples[0] ? `, for example ${examples[0].key}: ${examples[0].raw}` : ''
      printLine(`${label}${arm && ` of ${arm}`}: ${count} ${status} (${reason})${example}`)
    }
  }
}

/** Follows the jobs of an experiment until no stage is left to run and returns it; throws the first failure. */
export async function followExperiment(
  opened: Opened,
  id: string,
  json: boolean,
): Promise<Experiment> {
  for (;;) {
    const experiment = getExperiment(opened.db, opened.studyId, id)
    const open = experiment.stages.filter(({ state }) => state === 'ready' || state === 'running')
    const jobs = open.flatMap(({ jobId }) => jobId ?? [])
    if (jobs.length === 0) return experiment
    await followJobs(opened, jobs, json)
  }
}

/** Returns the plan of a YAML file; throws with the place of what is wrong. */
export async function readPlan({ db }: Opened, file: string): Promise<Plan> {
  const text = (await readNamed(file, { what: 'The plan', maxBytes: MAX_PLAN_BYTES })).toString()
  return parsePlanFile(db, text)
}
