import type { Command } from 'commander'
import { createStudy, listStudies } from '@/lib/services/studies'
import { openContext } from '../context'
import { printRows, wantsJson } from '../output'

/** Adds `studies` and `studies create`. */
export function addStudyCommands(program: Command): void {
  const studies = program.command('studies').description('list studies')
  const json = () => wantsJson(program)
  studies.action(() => {
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
}
