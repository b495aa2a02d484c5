import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import type { Command } from 'commander'
import { AppError } from '@/lib/errors'
import type { ServiceContext } from '@/lib/services/context'
import { startExperiment } from '@/lib/services/experiments'
import { dumpSample } from '@/lib/services/sample/dump'
import { loadSample } from '@/lib/services/sample/load'
import { ensureSamplePrompts } from '@/lib/services/sample/prompts'
import { recordedCells, recordValues } from '@/lib/services/sample/record'
import { samplePlans } from '@/lib/services/sample/plans'
import { createSeedStudy, SAMPLE_RECIPE } from '@/lib/services/sample/seeds'
import { cellsWithout, startSample } from '@/lib/services/sample/start'
import { validRuns, type RecordedRun } from '@/lib/services/sample/values'
import { setSandbox } from '@/lib/services/sandbox'
import { openContext } from '../context'
import { followExperiment, printStages } from '../experiments'
import { followJobs } from '../follow'
import { say } from '../output'

/** Runs `work` on a data folder of its own: recording must not depend on, or touch, the user's studies. */
async function apart(work: (context: ServiceContext) => Promise<void>): Promise<void> {
  const before = process.env['EVOLENS_DATA_DIR']
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-sample-'))
  process.env['EVOLENS_DATA_DIR'] = dataDir
  const context = openContext()
  try {
    await work(context)
  } finally {
    context.db.$client.close()
    fs.rmSync(dataDir, { recursive: true, force: true })
    if (before === undefined) delete process.env['EVOLENS_DATA_DIR']
    else process.env['EVOLENS_DATA_DIR'] = before
  }
}

/** Evolves the seeds by some scenarios with the embedded model and writes the data files again; those of others stay as they are. */
async function remake(context: ServiceContext, scenarios: readonly string[]): Promise<void> {
  const { db } = context
  const all = samplePlans()
  const kinds = all.map(({ scenario }) => scenario.kind)
  const unknown = scenarios.find((given) => !kinds.some((kind) => kind === given))
  if (unknown !== undefined) {
    const known = kinds.join(', ')
    throw new AppError('invalid_input', `There is no scenario "${unknown}". There are: ${known}.`)
  }
  const plans = all.filter(({ scenario }) => scenarios.includes(scenario.kind))
  const studyId =
    plans.length === all.length
      ? createSeedStudy(db)
      : (await loadSample(db, { values: false, without: scenarios })).studyId
  // The functions that the model writes run in the sandbox; the folder is thrown away.
  setSandbox(db, { isOn: true })
  ensureSamplePrompts(db)
  for (const plan of plans) {
    const { id } = startExperiment(context, studyId, plan)
    printStages(await followExperiment({ ...context, studyId }, id, false), false)
  }
  const manifest = dumpSample(db, studyId, SAMPLE_RECIPE)
  say('Sample', `${manifest.files.length} files written`)
}

/**
 * Computes the sample's metrics where no recorded value of them is kept, with the embedded models, and writes the values beside the
 * data.
 */
async function record(context: ServiceContext, kept: readonly RecordedRun[]): Promise<void> {
  const { db } = context
  const { studyId } = await loadSample(db, { values: kept.length > 0 })
  const { jobs, runs, blocked } = startSample(context, studyId, (wanted) => {
    const without = new Set(cellsWithout(db, studyId, wanted))
    return recordedCells(db, studyId, wanted).filter((id) => without.has(id))
  })
  const [first] = blocked
  if (first) throw new AppError('capability_missing', `${first.metric}: ${first.reason}`)
  await followJobs(
    context,
    jobs.map((job) => job.id),
    false,
  )
  const whole = kept.filter(
    ({ definition }) => !runs.some(({ metric }) => metric === definition.metric),
  )
  const values = recordValues(db, studyId, undefined, whole)
  say('Sample', `values of ${values.runs.length} runs written, ${whole.length} of them kept`)
}

/** Adds `sample remake` (data and values) and `sample record` (values only). */
export function addSampleCommands(program: Command): void {
  const sample = program.command('sample').description('the sample study')
  sample
    .command('remake [scenarios...]')
    .description(
      'evolve the seeds in public/sample again with the embedded model, by all scenarios or by those named, write the files, and record the values',
    )
    .option('--no-record', 'leave the values for later')
    .action(async (scenarios: string[], options: { record: boolean }) => {
      const wanted =
        scenarios.length > 0 ? scenarios : samplePlans().map(({ scenario }) => scenario.kind)
      await apart((context) => remake(context, wanted))
      if (options.record) await apart((context) => record(context, []))
    })
  sample
    .command('record')
    .description(
      'compute the metrics of the sample that are new or defined otherwise now, with the embedded models, and write the values beside its data',
    )
    .option('--all', 'compute all of them again, as after a change of a model')
    .action(({ all }: { all?: boolean }) =>
      apart((context) => record(context, all === true ? [] : validRuns())),
    )
}
