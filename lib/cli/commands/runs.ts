import type { Command } from 'commander'
import { deleteRun, listRuns, pinRun, restoreRun, retryRun } from '@/lib/services/runs'
import { getRunCard } from '@/lib/services/runs/cards'
import { openContext } from '../context'
import { printJson, printRows, say, wantsJson } from '../output'
import { openStudy, type OfStudy } from '../study-command'

/** Adds `runs` and its verbs. */
export function addRunCommands(program: Command): void {
  const json = () => wantsJson(program)
  const runs = program.command('runs').description('list, show, pin, retry and delete runs')
  runs
    .command('list', { isDefault: true })
    .description('list the runs of a study, newest first')
    .requiredOption('--study <name or id>', 'study')
    .action((options: OfStudy) => {
      const { db, studyId } = openStudy(options)
      const found = listRuns(db, studyId)
      if (json()) printJson(found)
      else
        printRows(
          found.map(({ id, metric, definitionHash, pinned }) => ({
            id,
            metric,
            definition: definitionHash.slice(0, 10),
            pinned,
          })),
          false,
        )
    })
  runs
    .command('show <id>')
    .description('print everything needed to repeat a run, as JSON')
    .action((id: string) => printJson(getRunCard(openContext().db, id)))
  runs
    .command('pin <id>')
    .description("make a run the one that its metric's columns show")
    .action((id: string) => say('Pinned', pinRun(openContext().db, id).id))
  runs
    .command('retry <id>')
    .description('ask again for the failed rows of a run, as a job')
    .action((id: string) => say('Queued', `job ${retryRun(openContext().db, id).id}`))
  runs
    .command('delete <id>')
    .description('delete a run; it can be restored for 7 days')
    .action((id: string) => {
      deleteRun(openContext().db, id)
      say('Deleted', `bring it back with: runs restore ${id}`)
    })
  runs
    .command('restore <id>')
    .description('bring a deleted run back')
    .action((id: string) => say('Restored', restoreRun(openContext().db, id).id))
}
