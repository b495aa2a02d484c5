import fs from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import { openedBackupSchema, writtenBackupSchema } from '@/lib/contracts/backup'
import { startBackup, startOpening } from '@/lib/services/backup'
import { backupPath } from '@/lib/services/backup/write'
import { registerFile, removeUpload } from '@/lib/services/imports/uploads'
import { openContext } from '../context'
import { followJobs } from '../follow'
import { printRows, say, wantsJson } from '../output'
import { openStudy } from '../study-command'

/** Adds `backup` and `restore`. */
export function addBackupCommands(program: Command): void {
  const json = () => wantsJson(program)
  program
    .command('backup')
    .description('write a study as one file that another Evolens opens')
    .requiredOption('--study <name or id>', 'study')
    .requiredOption('--output <file>', 'file to write')
    .action(async ({ study, output }: { study: string; output: string }) => {
      const context = openStudy({ study })
      // Before the work, not after it.
      await fs.access(path.dirname(path.resolve(output)), fs.constants.W_OK)
      const { id } = startBackup(context, context.studyId)
      const [ended] = await followJobs(context, [id], json())
      const file = backupPath(context.config, id)
      const part = `${output}.part`
      await fs.copyFile(file, part)
      await fs.rename(part, output)
      await fs.rm(file)
      const { bytes, rows, sha256 } = writtenBackupSchema.parse(ended?.result)
      printRows([{ file: output, entries: rows, bytes, sha256 }], json())
    })
  program
    .command('restore <file>')
    .description('make a study of a backup')
    .action(async (file: string) => {
      const context = openContext()
      const { uploadId } = await registerFile(context.config, file)
      try {
        const { id } = await startOpening(context, uploadId)
        const [ended] = await followJobs(context, [id], json())
        const { studyId, name, rows, isCopy, notes } = openedBackupSchema.parse(ended?.result)
        if (!json()) for (const note of notes) say('Note', note)
        printRows([{ id: studyId, name, entries: rows, isCopy }], json())
      } finally {
        await removeUpload(context.config, uploadId)
      }
    })
}
