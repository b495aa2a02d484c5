import type { Command } from 'commander'
import { z } from 'zod'
import { viewStateSchema } from '@/lib/contracts/filter'
import { MAX_PAGE_ROWS } from '@/lib/contracts/rows'
import { listRows } from '@/lib/services/rows'
import { embedTyped } from '@/lib/services/search/typed-text'
import { followJobs } from '../follow'
import { addFilterFlags, filterFrom, type FilterFlags } from '../filter-option'
import { parseJsonOption, parseOption } from '../options'
import { printJson, printLine, printRows, wantsJson } from '../output'
import { openStudy } from '../study-command'

interface RowsOptions extends FilterFlags {
  study: string
  state: string
  limit: string
  offset: string
}

// Signs of a text on one line of the terminal; --json has more.
const SHOWN = 60

const stateSchema = z.object({
  filter: viewStateSchema.shape.filter.prefault({}),
  sort: viewStateSchema.shape.sort.prefault({}),
  columns: viewStateSchema.shape.columns.default([]),
})

/** Adds `rows`. */
export function addRowsCommand(program: Command): void {
  const command = program
    .command('rows')
    .description('list the rows that a filter or a search keeps')
    .requiredOption('--study <name or id>', 'study')
    .option('--state <json>', 'filter, sort and columns, as in the address of the rows page', '{}')
    .option('--limit <n>', `rows listed, at most ${MAX_PAGE_ROWS}`, '25')
    .option('--offset <n>', 'rows left out at the start', '0')
  addFilterFlags(command, { hasFilter: false }).action(async (options: RowsOptions) => {
    const { studyId, ...context } = openStudy(options)
    const state = parseOption(stateSchema, parseJsonOption(options.state, '--state'), '--state')
    const count = (most: number) => z.coerce.number().int().min(0).max(most)
    const filter = filterFrom(options, state.filter)
    if (options.similarToText !== undefined) {
      const job = embedTyped(context, studyId, options.similarToText)
      if (job) await followJobs(context, [job.id], wantsJson(program))
    }
    const isRanked = options.similarTo !== undefined || options.similarToText !== undefined
    const page = await listRows(context.db, studyId, {
      ...state,
      ...(isRanked ? { sort: { column: 'similarity', descending: true } } : {}),
      filter,
      offset: parseOption(count(Number.MAX_SAFE_INTEGER), options.offset, '--offset'),
      limit: parseOption(count(MAX_PAGE_ROWS), options.limit, '--limit'),
    })
    if (wantsJson(program)) {
      printJson(page)
      return
    }
    printRows(
      page.rows.map(({ seedSetKey, armKey, round, idx, instruction, values, similarity }) => ({
        seedSet: seedSetKey,
        evolver: armKey ?? 'seeds',
        round,
        row: idx,
        ...(similarity === undefined ? {} : { cosine: similarity.toFixed(4) }),
        instruction: instruction.replaceAll(/\s+/g, ' ').slice(0, SHOWN),
        ...Object.fromEntries(
          Object.entries(values).map(([id, { value, status }]) => [id, value ?? status]),
        ),
      })),
      false,
    )
    printLine(`${page.total} of ${page.outOf} rows`)
  })
}
