import type { Command } from 'commander'
import { mappingText } from '@/lib/contracts/mapping-text'
import { AppError } from '@/lib/errors'
import { forgetMapping, rememberedMappings } from '@/lib/services/imports/remembered'
import { openContext } from '../context'
import { printRows, say, wantsJson } from '../output'

/** Adds `mappings` and its commands. */
export function addMappingCommands(program: Command): void {
  const mappings = program
    .command('mappings')
    .description('mappings that were used last for files of each shape')
  mappings
    .command('list', { isDefault: true })
    .description('list them, the newest first')
    .action(() => {
      const found = rememberedMappings(openContext().db)
      const rows = found.map(({ shape, fileName, studyName, usedAt, ...one }) => ({
        shape: shape.slice(0, 12),
        mapping: mappingText(one),
        file: fileName,
        study: studyName,
        used: new Date(usedAt).toISOString().slice(0, 10),
        applied: one.wasAsked ? 'only offered' : 'where nothing is doubtful',
      }))
      printRows(wantsJson(program) ? found : rows, wantsJson(program))
    })
  mappings
    .command('forget [shape]')
    .description('forget the mapping of a shape (the beginning of its name is enough), or of all')
    .option('--all', 'all of them')
    .action((shape: string | undefined, options: { all?: boolean }) => {
      const { db } = openContext()
      const all = rememberedMappings(db)
      const chosen = options.all ? all : all.filter((one) => shape && one.shape.startsWith(shape))
      if (!options.all && chosen.length !== 1) {
        throw new AppError(
          'invalid_input',
          `Name one of the shapes that "evolens mappings" lists (${chosen.length} fit), or --all.`,
        )
      }
      for (const one of chosen) forgetMapping(db, one.shape)
      if (wantsJson(program)) printRows(chosen, true)
      else say('Forgotten', String(chosen.length))
    })
}
