import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import type { Command } from 'commander'
import { planSchema } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import type { ServiceContext } from '@/lib/services/context'
import { startExperiment } from '@/lib/services/experiments'
import { dumpSample } from '@/lib/services/sample/dump'
import { loadSample } from '@/lib/services/sample/load'
import { recordedCells, recordValues } from '@/lib/services/sample/record'
import { createSeedStudy, SAMPLE_RECIPE } from '@/lib/services/sample/seeds'
import { startSample } from '@/lib/services/sample/start'
import { validRuns, type RecordedRun } from '@/lib/services/sample/values'
import { openContext } from '../context'
import { followExperiment } from '../experiments'
import { followJobs } from '../follow'
import { say } from '../output'

// Long enough for a full instruction or a worked answer of the sample, short enough for an hour on two cores.
const MAX_TOKENS = 256

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

/** Evolves the seeds with the embedded model and writes the data files again. */
async function remake(context: ServiceContext): Promise<void> {
  const studyId = createSeedStudy(context.db)
  const plan = planSchema.parse({
    name: SAMPLE_RECIPE.name,
    scenario: { kind: 'evol-instruct', rounds: SAMPLE_RECIPE.rounds },
    arms: SAMPLE_RECIPE.arms.map(({ key, label, armClass, decoding }) => ({
      key,
      label,
      armClass,
      backend: 'embedded',
      decoding: { topP: 1, ...decoding, maxTokens: MAX_TOKENS },
    })),
    responses: { backend: 'embedded', maxTokens: MAX_TOKENS },
  })
  const { id } = startExperiment(context, studyId, plan)
  await followExperiment({ ...context, studyId }, id, false)
  const manifest = dumpSample(context.db, studyId, SAMPLE_RECIPE)
  say('Sample', `${manifest.files.length} files written`)
}

/**
 * Computes those of the sample's metrics whose recorded values are not kept, with the embedded models, and writes the values
 * beside the data.
 */
async function record(context: ServiceContext, kept: readonly RecordedRun[]): Promise<void> {
  const { db } = context
  const { studyId } = loadSample(db, { values: false })
  const isKept = (metric: string) => kept.some(({ definition }) => definition.metric === metric)
  const { jobs, blocked } = startSample(context, studyId, (wanted) =>
    isKept(wanted.metric) ? [] : recordedCells(db, studyId, wanted),
  )
  const [first] = blocked
  if (first) throw new AppError('capability_missing', `${first.metric}: ${first.reason}`)
  await followJobs(
    context,
    jobs.map((job) => job.id),
    false,
  )
  const values = recordValues(db, studyId, undefined, kept)
  say('Sample', `values of ${values.runs.length} runs written, ${kept.length} of them kept`)
}

/** Adds `sample remake` (data and values) and `sample record` (values only). */
export function addSampleCommands(program: Command): void {
  const sample = program.command('sample').description('the sample study')
  sample
    .command('remake')
    .description(
      'evolve the seeds in public/sample again with the embedded model, write the files, and record the values',
    )
    .action(async () => {
      await apart(remake)
      await apart((context) => record(context, []))
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
