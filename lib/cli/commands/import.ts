import fs from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import type { ImportPlan, ImportPreview } from '@/lib/contracts/study'
import type { Config } from '@/lib/config'
import { AppError } from '@/lib/errors'
import { previewImport, startImport, type PreviewRequest } from '@/lib/services/imports'
import { expandArchives } from '@/lib/services/imports-archive'
import { filesHere } from '@/lib/services/files-tasks'
import { registerFolder } from '@/lib/services/imports-folder'
import { createStudy, listStudies } from '@/lib/services/studies'
import { registerFile } from '@/lib/services/uploads'
import { openContext } from '../context'
import { followJobs } from '../follow'
import { printRows, say } from '../output'
import { questionText } from '../questions'

/** Registers the files named, and those of folders named (a LLaMA-Factory folder by its dataset_info.json). */
async function registerPaths(
  config: Config,
  paths: readonly string[],
): Promise<{ requests: PreviewRequest[]; notes: string[] }> {
  const requests: PreviewRequest[] = []
  const notes: string[] = []
  for (const entry of paths) {
    const stat = fs.statSync(entry, { throwIfNoEntry: false })
    if (!stat) throw new AppError('not_found', `There is no file or folder ${entry}.`)
    if (stat.isDirectory()) {
      const folder = await registerFolder(config, entry)
      requests.push(...folder.requests)
      notes.push(...folder.notes)
    } else {
      const { uploadId } = await registerFile(config, entry)
      requests.push({ uploadId, relativePath: path.basename(entry) })
    }
  }
  return { requests, notes }
}

function describe(preview: ImportPreview): Record<string, unknown> {
  const { plan } = preview
  return {
    file: plan.fileName,
    format: plan.format || '?',
    seedSet: plan.seedSetKey,
    arm: plan.armKey ?? 'seeds',
    round: plan.round,
    align: plan.align,
    note:
      preview.error?.message ??
      (preview.duplicateOf
        ? 'already imported'
        : [...plan.questions.map(questionText), ...preview.warnings].join(' ')),
  }
}

/** An open question is not answered by a guess. */
function isBroken({ error, plan }: ImportPreview, options: ImportOptions): boolean {
  if (plan.questions.length > 0) return true
  return error !== null && !(error.canSkip && options.skipBadRows === true)
}

function brokenFiles(broken: readonly ImportPreview[], imported: number): AppError {
  const lines = broken.map(({ plan, error }) => {
    if (plan.questions.length > 0)
      return `${plan.fileName}: ${plan.questions.map(questionText).join(' ')}`
    const message = error?.message ?? ''
    const hint = error?.canSkip ? ' (--skip-bad-rows imports the other rows)' : ''
    return `${message.startsWith(plan.fileName) ? '' : `${plan.fileName}: `}${message}${hint}`
  })
  const others = imported > 0 ? `\nThe other files (${imported}) were imported.` : ''
  return new AppError('data_error', `${lines.join('\n')}${others}`)
}

function override(plan: ImportPlan, options: ImportOptions): ImportPlan {
  const seedSet = options.seedSet
  return {
    ...plan,
    ...(seedSet ? { seedSetKey: seedSet, seedSetLabel: seedSet } : {}),
    ...(options.seeds ? { armKey: null, armLabel: null, round: 0 } : {}),
    ...(options.arm ? { armKey: options.arm, armLabel: options.arm } : {}),
    ...(options.round ? { round: Number(options.round) } : {}),
    ...(options.align ? { align: options.align } : {}),
    ...(options.operators ? { operators: options.operators } : {}),
    skipBadRows: options.skipBadRows === true,
  }
}

interface ImportOptions {
  study: string
  seedSet?: string
  arm?: string
  seeds?: boolean
  round?: string
  align?: ImportPlan['align']
  operators?: ImportPlan['operators']
  skipBadRows?: boolean
  dryRun?: boolean
}

/** Adds `import`. */
export function addImportCommand(program: Command): void {
  program
    .command('import <paths...>')
    .description(
      'import files, folders or zip archives into a study (made when there is none of this name)',
    )
    .requiredOption('--study <name or id>', 'study to import into')
    .option('--seed-set <key>', 'seed set of all files, instead of the guess from names')
    .option('--arm <key>', 'evolver of all files')
    .option('--seeds', 'the files are seeds')
    .option('--round <n>', 'round of all files')
    .option('--align <how>', 'index, id, text (of the parent column) or none')
    .option(
      '--operators <rule>',
      'none, rotation4 or rotation5: operators inferred from row and round',
      'none',
    )
    .option('--skip-bad-rows', 'import the rest where single rows are broken')
    .option('--dry-run', 'show what would be imported')
    .action(async (paths: string[], options: ImportOptions) => {
      const context = openContext()
      const json = program.opts<{ json?: boolean }>().json === true
      const wanted = options.study.toLowerCase()
      const known = listStudies(context.db).find(
        (study) => study.id === options.study || study.name.toLowerCase() === wanted,
      )
      const study = known ?? createStudy(context.db, { name: options.study, description: '' })
      const given = await registerPaths(context.config, paths)
      const { requests, notes } = await expandArchives(context, given.requests, filesHere)
      if (!json) for (const note of [...given.notes, ...notes]) say('Note', note)
      const previews = await previewImport(context, study.id, requests)
      if (options.dryRun || !json) printRows(previews.map(describe), json)
      if (options.dryRun) return
      const broken = previews.filter((preview) => isBroken(preview, options))
      const plans = previews
        .filter((preview) => !preview.duplicateOf && !isBroken(preview, options))
        .map(({ plan }) => override(plan, options))
      if (plans.length === 0) {
        if (broken.length > 0) throw brokenFiles(broken, 0)
        if (!json) say('Nothing', 'every file is imported already')
        else printRows([], true)
        return
      }
      const job = await startImport(context, study.id, plans)
      const [ended] = await followJobs(context, [job.id], json)
      if (json)
        printRows(
          [{ study: study.id, job: job.id, state: ended?.state, result: ended?.result }],
          true,
        )
      // The others are in; the exit code still tells that something is missing.
      if (broken.length > 0) throw brokenFiles(broken, plans.length)
    })
}
