import type { Command } from 'commander'
import { mergedSchema, mergeRequestSchema } from '@/lib/contracts/merge'
import { AppError } from '@/lib/errors'
import { startMerge } from '@/lib/services/backup'
import { planMerge } from '@/lib/services/backup/merge-plan'
import { findStudy } from '../context'
import { followJobs } from '../follow'
import { parseOption } from '../options'
import { printJson, printRows, say, wantsJson } from '../output'
import { openStudy } from '../study-command'

interface MergeOptions {
  study: string
  with: string
  name: string
  arm?: string[]
  seedSet?: string[]
  dryRun?: boolean
}

/** Returns the keys of `old=new` options. */
function keysOf(given: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=')
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
      const message = `"${text}": write it as KEY=KEY, the key in the added study first.`
      throw new AppError('invalid_input', message)
    }),
  )
}

/** Adds `merge`. */
export function addMergeCommand(program: Command): void {
  program
    .command('merge')
    .description('make a third study of two; both stay as they are')
    .requiredOption('--study <name or id>', 'study to which the other is added')
    .requiredOption('--with <name or id>', 'study that is added')
    .requiredOption('--name <name>', 'name of the new study')
    .option(
      '--arm <keys...>',
      'evolvers that both have: small=small where they are the same, small=small-b where they are not',
    )
    .option('--seed-set <keys...>', 'seed sets of the added study that get another key: old=new')
    .option('--dry-run', 'show what would be merged, and merge nothing')
    .action(async (options: MergeOptions) => {
      const context = openStudy(options)
      const json = wantsJson(program)
      const request = parseOption(mergeRequestSchema, {
        with: findStudy(context, options.with),
        name: options.name,
        arms: keysOf(options.arm),
        seedSets: keysOf(options.seedSet),
      })
      if (options.dryRun) {
        const plan = planMerge(context.db, context.studyId, request)
        if (json) return printJson(plan)
        printRows(plan.files, false)
        for (const problem of plan.problems) say('Problem', problem)
        for (const note of plan.leftOut) say('Left out', note)
        return
      }
      const { id } = startMerge(context, context.studyId, request)
      const [ended] = await followJobs(context, [id], json)
      const { studyId, name, notes } = mergedSchema.parse(ended?.result)
      if (!json) for (const note of notes) say('Left out', note)
      printRows([{ id: studyId, name }], json)
    })
}
