import type { Command } from 'commander'
import { ensureModels } from '@/lib/models/install'
import { defaultModelIds, MODELS } from '@/lib/models/manifest'
import { modelStatus } from '@/lib/models/status'
import { readConfig, type Config } from '@/lib/config'
import { AppError } from '@/lib/errors'
import { endLine, printRows, say, sayAgain, wantsJson } from '../output'

/** Fetches models with one line each; returns the ids that are not there, having said why and what to do. */
export async function fetchModels(
  config: Config,
  ids: readonly string[],
  quiet: boolean,
): Promise<string[]> {
  const dirs = { cacheDir: config.cacheDir, modelsDir: config.modelsDir }
  const results = await ensureModels(ids, {
    ...dirs,
    onProgress: ({ id, message, bytes, total }) => {
      if (quiet) return
      const share = total ? ` ${((100 * bytes) / total).toFixed(0)} %` : ''
      sayAgain('Models', `${id}: ${message}${share}`)
    },
  })
  endLine()
  const missing: string[] = []
  for (const result of results) {
    if (result.state === 'ready') {
      if (!quiet) say('Models', `${result.id} ${result.fetched ? 'fetched' : 'is there'}`)
      continue
    }
    missing.push(result.id)
    if (quiet) continue
    say('Models', `${result.id} is off: no source has it`)
    for (const { file, source, reason } of result.reasons)
      say('', `  ${file} from ${source}: ${reason}`)
    say('', `  ${result.remedy}`)
  }
  return missing
}

/** Adds `models` and `models fetch`. */
export function addModelCommands(program: Command): void {
  const json = () => wantsJson(program)
  const models = program.command('models').description('list the embedded models')
  models.action(async () => {
    const config = readConfig()
    const rows = await Promise.all(
      MODELS.map(async (model) => {
        const status = await modelStatus(model.id, config)
        return { id: model.id, licence: model.licence, state: status.state, path: status.path }
      }),
    )
    printRows(rows, json())
  })
  models
    .command('fetch [ids...]')
    .description('fetch models (the two that the sample needs, without ids)')
    .action(async (ids: string[]) => {
      const missing = await fetchModels(
        readConfig(),
        ids.length > 0 ? ids : defaultModelIds(),
        json(),
      )
      if (json()) printRows([{ missing }], true)
      if (missing.length > 0) {
        throw new AppError(
          'backend_unavailable',
          `Not fetched: ${missing.join(', ')}. The lines above say what to do.`,
        )
      }
    })
}
