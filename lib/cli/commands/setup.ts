import type { Command } from 'commander'
import { defaultModelIds } from '@/lib/models/manifest'
import type { ServiceContext } from '@/lib/services/context'
import { loadSample } from '@/lib/services/sample/load'
import { startSample } from '@/lib/services/sample/start'
import { getStudy, listStudies } from '@/lib/services/studies'
import { openContext, storageError } from '../context'
import { say } from '../output'
import { fetchModels } from './models'

function countTables(context: ServiceContext): string {
  const list = listStudies(context.db)
  const rows = list.reduce((sum, study) => sum + study.rowCount, 0)
  return `${list.length} ${list.length === 1 ? 'study' : 'studies'}, ${rows} rows`
}

/** Queues what the recorded values of the sample leave to be computed; says why a metric is left out. */
function computeSample(context: ServiceContext, studyId: string): void {
  const { jobs, blocked } = startSample(context, studyId)
  const rows = jobs.reduce((sum, job) => sum + (job.progress.total ?? 0), 0)
  if (jobs.length > 0)
    say('Sample', `${rows} rows are left to compute; they fill in while the page is open`)
  for (const { metric, reason } of blocked) say('', `  ${metric} is left out: ${reason}`)
}

async function sampleOf(context: ServiceContext) {
  try {
    return await loadSample(context.db)
  } catch (error) {
    throw storageError(error, context.config.dataDir)
  }
}

/** Adds `setup`: what the start command does once packages are there. */
export function addSetupCommand(program: Command): void {
  program
    .command('setup')
    .description('fetch the models, bring the database up to date, load the sample study')
    .option('--no-models', 'do not fetch models')
    .option('--no-sample', 'do not load the sample study')
    .option('--no-compute', "do not queue the sample's metrics")
    .action(async (options: { models: boolean; sample: boolean; compute: boolean }) => {
      const context = openContext(() =>
        say(
          'Database',
          'looked through: it is whole (the last stop was not noted as an orderly one)',
        ),
      )
      const missing = options.models
        ? await fetchModels(context.config, defaultModelIds(), false)
        : []
      say('Database', `up to date (${countTables(context)})`)
      if (!options.sample) return
      const { studyId, loaded } = await sampleOf(context)
      const study = getStudy(context.db, studyId)
      say('Sample', `${loaded ? 'loaded' : 'is there'}: ${study.name}`)
      if (loaded && options.compute && missing.length === 0) computeSample(context, studyId)
    })
}
