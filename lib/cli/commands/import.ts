import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { Option, type Command } from 'commander'
import { IMPORT_ALIGN_WAYS } from '@/lib/contracts/operators'
import type { ImportPreview } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import type { ServiceContext } from '@/lib/services/context'
import { filesHere } from '@/lib/services/files/tasks'
import type { PreviewRequest } from '@/lib/contracts/uploads'
import { matrixOf, startImport } from '@/lib/services/imports'
import { expandArchives } from '@/lib/services/imports/archive'
import { registerFolder } from '@/lib/services/imports/folder'
import { createStudy, discardEmptyStudy, listStudies } from '@/lib/services/studies'
import { registerFile, removeUpload } from '@/lib/services/imports/uploads'
import { printImported } from '../alignment-report'
import { openContext } from '../context'
import { followJobs } from '../follow'
import { fetchNamed, isHubName, type HubOptions } from '../hub'
import { addReadingOptions, type ImportOptions } from '../import-options'
import { plansUnder, troubleOf } from '../import-plans'
import { planFileText, readPlanFile, savePlanFile } from '../import-plan-file'
import { previewFacts, sayMatrix, sayPreview } from '../import-text'
import { printRows, say } from '../output'

/** The part of a path that may tell what a file holds: what lies above the working, home or temporary folder does not. */
function tellingPath(entry: string): string {
  const absolute = path.resolve(entry)
  const inside = [process.cwd(), os.homedir(), os.tmpdir()]
    .map((base) => path.relative(base, absolute))
    .filter((relative) => !relative.startsWith('..') && !path.isAbsolute(relative))
  return inside.toSorted((a, b) => a.length - b.length)[0] ?? absolute
}

/** Adds the files named, data sets of the hub (`hf:org/name`), and the files of folders and archives named (a LLaMA-Factory folder by its dataset_info.json), to the requests; returns what was left out. */
async function registerPaths(
  context: ServiceContext,
  paths: readonly string[],
  requests: PreviewRequest[],
  hub: HubOptions,
): Promise<string[]> {
  const notes: string[] = []
  // All of them first: a wrong path costs nothing that was read before it.
  for (const entry of paths) {
    if (!isHubName(entry) && !fs.existsSync(entry)) {
      throw new AppError('not_found', `There is no file or folder ${entry}.`)
    }
  }
  for (const entry of paths) {
    if (isHubName(entry)) {
      requests.push(...(await fetchNamed(context, entry, hub)))
    } else if (fs.statSync(entry).isDirectory()) {
      const folder = await registerFolder(context.config, entry)
      const above = tellingPath(entry)
      for (const request of folder.requests) {
        requests.push({ ...request, relativePath: path.join(above, request.relativePath ?? '') })
      }
      notes.push(...folder.notes)
    } else {
      const { uploadId } = await registerFile(context.config, entry)
      requests.push({ uploadId, relativePath: tellingPath(entry) })
    }
  }
  const expanded = await expandArchives(context, requests, filesHere)
  requests.splice(0, requests.length, ...expanded.requests)
  return [...notes, ...expanded.notes]
}

function refused(troubles: readonly string[], imported: number): AppError {
  const others = imported > 0 ? `\nThe other files (${imported}) were imported.` : ''
  return new AppError('data_error', `${troubles.join('\n')}${others}`)
}

async function runImport(
  context: ServiceContext,
  options: ImportOptions,
  studyId: string | null,
  previews: readonly ImportPreview[],
  json: boolean,
  queued: Set<string>,
): Promise<void> {
  const troubles = previews.flatMap((preview) => troubleOf(preview) ?? [])
  const plans = previews
    .filter((preview) => !preview.duplicateOf && troubleOf(preview) === null)
    .map(({ plan }) => plan)
  if (options.allOrNothing && troubles.length > 0) throw refused(troubles, 0)
  if (plans.length === 0) {
    if (troubles.length > 0) throw refused(troubles, 0)
    if (!json) say('Nothing', 'every file is imported already')
    else printRows([], true)
    return
  }
  // A study is made only for something to put into it.
  const study = studyId ?? createStudy(context.db, { name: options.study, description: '' }).id
  try {
    const job = await startImport(context, study, plans, options.allOrNothing ? 'undo' : 'keep')
    for (const { uploadId } of plans) queued.add(uploadId)
    const [ended] = await followJobs(context, [job.id], json)
    if (!json) printImported(options.study, ended?.result)
    else {
      printRows([{ study, job: job.id, state: ended?.state, result: ended?.result }], true)
    }
  } catch (error) {
    const isPaused = error instanceof AppError && error.details?.['pause'] !== undefined
    if (studyId === null && !isPaused) discardEmptyStudy(context.db, study)
    throw error
  }
  // The others are in; the exit code still tells that something is missing.
  if (troubles.length > 0) throw refused(troubles, plans.length)
}

/** Adds `import`. */
export function addImportCommand(program: Command): void {
  const command = program
    .command('import <paths...>')
    .description(
      'import files, folders, zip archives or data sets of the hub (hf:org/name, hf:org/name@revision) into a study (made when there is none of this name)',
    )
    .requiredOption('--study <name or id>', 'study to import into')
    .option('--seed-set <key>', 'seed set of all files, instead of the guess from names')
    .option('--arm <key>', 'evolver of all files')
    .option('--seeds', 'the files are seeds')
    .option('--round <n>', 'round of all files')
    .addOption(
      new Option(
        '--align <how>',
        'how rows are aligned with their parents (text: the parent column)',
      ).choices([...IMPORT_ALIGN_WAYS]),
    )
    .option(
      '--operators <rule>',
      'none, rotation4, rotation5 (inferred from row and round), column:NAME or one:OPERATOR (default: what the name and the columns say)',
    )
  addReadingOptions(command)
    .option('--config <name>', 'of a data set of the hub: this configuration alone')
    .option('--split <name>', 'of a data set of the hub: this split alone')
    .option('--dry-run', 'show exactly what would be imported, and import nothing')
    .option('--all-or-nothing', 'when one file cannot be imported, import none')
    .option('--save-plan <file>', 'write places and mappings of the files to a plan file (YAML)')
    .option('--plan <file>', 'take places and mappings from a plan file; options come before it')
    .option(
      '--no-remembered',
      'detect mappings as if no file of the same shape had been imported before',
    )
    .action(async (paths: string[], options: ImportOptions) => {
      const context = openContext()
      const json = program.opts<{ json?: boolean }>().json === true
      const wanted = options.study.toLowerCase()
      const known = listStudies(context.db).find(
        (study) => study.id === options.study || study.name.toLowerCase() === wanted,
      )
      const studyId = known?.id ?? null
      const requests: PreviewRequest[] = []
      const queued = new Set<string>()
      try {
        const notes = await registerPaths(context, paths, requests, { ...options, json })
        if (!json) for (const note of notes) say('Note', note)
        const plan = options.plan === undefined ? null : readPlanFile(options.plan)
        const found = await plansUnder(context, studyId, requests, options, plan)
        const { previews } = found
        const matrix = matrixOf(context.db, studyId, previews)
        const facts = previews.map((preview) => [preview, troubleOf(preview)] as const)
        if (!json) for (const [preview, trouble] of facts) sayPreview(preview, trouble)
        if (!json && previews.length > 1) sayMatrix(matrix, previews)
        if (options.savePlan) {
          savePlanFile(options.savePlan, planFileText(found.requests, previews))
          if (!json) say('Plan', `written to ${options.savePlan}`)
        }
        if (!options.dryRun) await runImport(context, options, studyId, previews, json, queued)
        else if (json)
          printRows(
            facts.map(([preview, trouble]) => previewFacts(preview, trouble, matrix)),
            true,
          )
      } finally {
        // The job removes what it imported; the rest would only wait for its week to end.
        for (const { uploadId } of requests) {
          if (!queued.has(uploadId)) await removeUpload(context.config, uploadId)
        }
      }
    })
}
