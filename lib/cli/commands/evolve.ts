import type { Command } from 'commander'
import { planTrialSchema, type PlanTrial } from '@/lib/contracts/experiment'
import { formatCount, formatDuration } from '@/lib/contracts/format'
import { costText } from '@/lib/contracts/job-text'
import { tokensOf } from '@/lib/contracts/meter'
import { getJob } from '@/lib/queue/queue'
import { startExperiment } from '@/lib/services/experiments'
import { startTrial } from '@/lib/services/experiments/trial'
import { followExperiment, printStages, readPlan, type Opened } from '../experiments'
import { followJobs } from '../follow'
import { printJson, printLine, printRows, say, wantsJson } from '../output'
import { openStudy, type OfStudy } from '../study-command'

interface Options extends OfStudy {
  wait?: boolean
  dryRun?: boolean
  seeds: string
}

function timeText({ secondsLow, secondsHigh }: { secondsLow: number; secondsHigh: number }) {
  return `${formatDuration(secondsLow * 1000)} to ${formatDuration(secondsHigh * 1000)}`
}

function printTrial(trial: PlanTrial): void {
  const rows = trial.stages.map((stage) => ({
    evolver: stage.arm || 'all',
    stage: stage.label,
    asked: stage.asked,
    'in all': stage.total,
    tokens: tokensOf(stage.meter),
    time: stage.asked > 0 ? timeText(stage) : '',
    cost: stage.cost ? costText(stage.cost) : '',
    why: stage.blocked ?? '',
  }))
  printRows(rows, false)
  for (const { label, arm, items } of trial.stages) {
    for (const { key, status, reason, prompt, raw } of items.slice(0, 1)) {
      printLine(
        `\n${label}${arm && ` of ${arm}`}, ${key}: ${status}${reason ? ` (${reason})` : ''}`,
      )
      if (prompt !== null) printLine(`> ${prompt}`)
      if (raw !== null) printLine(`< ${raw}`)
    }
  }
  const cost = trial.cost ? `, ${costText(trial.cost)}` : ''
  const tokens = `${formatCount(trial.tokens)} tokens`
  printLine(
    `\n${trial.seeds} of ${formatCount(trial.allSeeds)} seeds tried. The plan takes about ${tokens}, ${timeText(trial)}${cost}, without its measures.`,
  )
}

async function tryPlan(opened: Opened, file: string, seeds: string, json: boolean): Promise<void> {
  const plan = await readPlan(opened, file)
  const { id } = startTrial(opened, opened.studyId, { plan, seeds: Number(seeds) || 3 })
  await followJobs(opened, [id], json)
  const trial = planTrialSchema.parse(getJob(opened.db, id).result)
  if (json) printJson(trial)
  else printTrial(trial)
}

/** Adds `evolve`. */
export function addEvolveCommand(program: Command): void {
  program
    .command('evolve <plan.yaml>')
    .description('start the experiment of a plan: evolvers, scenario, responses, measures')
    .requiredOption('--study <name or id>', 'study whose seeds are evolved')
    .option('--wait', 'follow it to its end')
    .option('--dry-run', 'try every stage on a few seeds, with tokens, time and cost of the plan')
    .option('--seeds <n>', 'seeds of the dry run', '3')
    .action(async (file: string, options: Options) => {
      const opened = openStudy(options)
      const json = wantsJson(program)
      if (options.dryRun) return tryPlan(opened, file, options.seeds, json)
      const plan = await readPlan(opened, file)
      const started = startExperiment(opened, opened.studyId, plan)
      if (!json) say('Experiment', `"${started.name}" (${started.id})`)
      const { id } = started
      printStages(options.wait ? await followExperiment(opened, id, json) : started, json)
    })
}
