import type { Command } from 'commander'
import { cellPlace } from '@/lib/contracts/seeds'
import { deleteCell, restoreCell } from '@/lib/services/cells'
import {
  createStudy,
  deleteStudy,
  listStudies,
  restoreStudy,
  updateStudy,
} from '@/lib/services/studies'
import { storageFiles, studyStorage } from '@/lib/services/studies/storage'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { findStudy, openContext } from '../context'
import { printJson, printRows, say, wantsJson } from '../output'
import { openStudy, type OfStudy } from '../study-command'

/** Prints a study: its files, then its columns. */
function show(nameOrId: string, json: boolean): void {
  const context = openContext()
  const detail = getStudyDetail(context.db, findStudy(context, nameOrId))
  if (json) {
    printJson(detail)
    return
  }
  const files = detail.cells.map((cell) => ({
    id: cell.id,
    file: cellPlace(cell),
    rows: cell.rowCount,
  }))
  printRows(files, false)
  printRows(
    detail.columns.map(({ id, label }) => ({ column: id, label })),
    false,
  )
}

/** Prints what the studies and the files of the data folder take, in bytes. */
async function showStorage(json: boolean): Promise<void> {
  const { db, config } = openContext()
  const sizes = await studyStorage(db, new AbortController().signal)
  const files = await storageFiles(db, config.dataDir, sizes)
  if (json) return printJson({ studies: sizes, files })
  const names = new Map(listStudies(db).map(({ id, name }) => [id, name]))
  printRows(
    sizes.map(({ studyId, ...bytes }) => ({ name: names.get(studyId), ...bytes })),
    false,
  )
  printRows([files], false)
}

/** Adds `studies` and `files` with their verbs. */
export function addStudyCommands(program: Command): void {
  const studies = program.command('studies').description('list studies')
  const json = () => wantsJson(program)
  studies.option('--storage', 'how much each study stores, and the files that they share')
  studies.action(async ({ storage }: { storage?: boolean }) => {
    if (storage) return showStorage(json())
    const rows = listStudies(openContext().db).map((study) => ({
      id: study.id,
      name: study.name,
      seedSets: study.seedSetCount,
      arms: study.armCount,
      rows: study.rowCount,
      activeJobs: study.activeJobs,
    }))
    printRows(rows, json())
  })
  studies
    .command('create <name>')
    .description('create an empty study')
    .option('--description <text>', 'what it is about', '')
    .action((name: string, options: { description: string }) => {
      const study = createStudy(openContext().db, { name, description: options.description })
      printRows([{ id: study.id, name: study.name }], json())
    })
  studies
    .command('show <study>')
    .description('list the files and columns of a study; with --json all there is about it')
    .action((study: string) => show(study, json()))
  studies
    .command('change <study>')
    .description('change name or description')
    .option('--name <text>', 'new name')
    .option('--description <text>', 'new description')
    .action((study: string, options: { name?: string; description?: string }) => {
      const context = openContext()
      const { id, name } = updateStudy(context.db, findStudy(context, study), options)
      printRows([{ id, name }], json())
    })
  studies
    .command('delete <study>')
    .description('delete a study; it can be restored for 7 days')
    .action((study: string) => {
      const context = openContext()
      const id = findStudy(context, study)
      deleteStudy(context.db, id)
      say('Deleted', `${study}; bring it back with: studies restore ${id}`)
    })
  studies
    .command('restore <id>')
    .description('bring a deleted study back')
    .action((id: string) => {
      const { name } = restoreStudy(openContext().db, id)
      printRows([{ id, name }], json())
    })
  const files = program
    .command('files')
    .description('take files out of a study and bring them back')
  const change = (verb: string, description: string, act: typeof deleteCell) =>
    files
      .command(`${verb} <id>`)
      .description(description)
      .requiredOption('--study <name or id>', 'study')
      .action((id: string, options: OfStudy) => {
        const { db, studyId } = openStudy(options)
        act(db, studyId, id)
        say('Done', `${verb} ${id}`)
      })
  change('delete', 'take a file out; it can be restored for 7 days', deleteCell)
  change('restore', 'bring a deleted or replaced file back', restoreCell)
}
