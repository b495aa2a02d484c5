import fs from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import { lineageSortSchema, MAX_LINEAGE_SEEDS } from '@/lib/contracts/lineage'
import { cellPlace } from '@/lib/contracts/seeds'
import { AppError } from '@/lib/errors'
import { listColumns } from '@/lib/services/columns'
import { lineagePage, lineageStory } from '@/lib/services/lineage'
import { storyMarkdown, storyText } from '@/lib/contracts/lineage-text'
import { currentCells } from '@/lib/services/cells'
import { findStudy, openContext } from '../context'
import { addFilterFlags, filterFrom, type FilterFlags } from '../filter-option'
import { parseOption } from '../options'
import { printJson, printLine, printRows, say, wantsJson } from '../output'

interface LineageOptions extends Omit<FilterFlags, 'sample'> {
  study: string
  seedSet?: string
  sort?: string
  arm?: string
  round?: string
  descending?: boolean
  limit: string
  offset: string
  markdown?: boolean
  out?: string
}

const wholeNumber = z.coerce.number().int().min(0)

function oneSeedSet(sets: readonly string[], given: string | undefined): string {
  if (given !== undefined) return given
  const [only, ...others] = sets
  if (only !== undefined && others.length === 0) return only
  throw new AppError(
    'invalid_input',
    `The study has several seed sets. Say --seed-set ${sets.join(' or ')}.`,
  )
}

/** Adds `lineage`. */
export function addLineageCommand(program: Command): void {
  const command = program
    .command('lineage')
    .description(
      'list seeds with the rows that descend from them and what is broken; with --seed, the story of one seed',
    )
    .requiredOption('--study <name or id>', 'study')
    .option('--seed <n>', 'tell the story of this seed, counted from 0')
    .option('--seed-set <key>', 'only this seed set')
    .option('--markdown', 'the story as Markdown, changed words marked')
    .option('--out <file>', 'write the story to a file')
    .option(
      '--sort <column>',
      'order seeds by a column of one step (see `columns` of `studies show`)',
    )
    .option('--arm <key>', 'evolver of that step; seeds without it')
    .option('--round <n>', 'round of that step')
    .option('--descending', 'highest first')
    .option('--limit <n>', `seeds listed, at most ${MAX_LINEAGE_SEEDS}`, '25')
    .option('--offset <n>', 'seeds left out at the start', '0')
  addFilterFlags(command, { hasSample: false }).action(async (options: LineageOptions) => {
    const { db, ...context } = openContext()
    const json = wantsJson(program)
    const studyId = findStudy({ db, ...context }, options.study)
    const sets = [...new Set(currentCells(db, studyId).map(({ seedSetKey }) => seedSetKey))]
    if (options.seedSet !== undefined && !sets.includes(options.seedSet)) {
      throw new AppError(
        'not_found',
        `The study has no seed set "${options.seedSet}". It has: ${sets.join(', ') || 'none'}.`,
      )
    }
    if (options.seed !== undefined) {
      const slot = parseOption(wholeNumber, options.seed, '--seed')
      const seedSetKey = oneSeedSet(sets, options.seedSet)
      const story = await lineageStory(db, studyId, { seedSetKey, slot })
      const columns = listColumns(db, studyId)
      const text = json
        ? JSON.stringify(story, null, 2)
        : (options.markdown ? storyMarkdown : storyText)(story, columns)
      if (options.out !== undefined) {
        fs.writeFileSync(options.out, `${text}\n`)
        say('Written', options.out)
      } else if (json) printJson(story)
      else printLine(text)
      return
    }
    const sort = {
      column: options.sort,
      arm: options.arm,
      round: options.round === undefined ? undefined : Number(options.round),
      descending: options.descending,
    }
    const limit = wholeNumber.max(MAX_LINEAGE_SEEDS)
    const { seed: _story, ...flags } = options
    const filter = filterFrom(flags)
    const page = await lineagePage(db, studyId, {
      filter: {
        ...filter,
        ...(options.seedSet === undefined ? {} : { seedSets: [options.seedSet] }),
      },
      sort: parseOption(lineageSortSchema, sort),
      columns: [],
      offset: parseOption(wholeNumber, options.offset, '--offset'),
      limit: parseOption(limit, options.limit, '--limit'),
    })
    if (json) {
      printJson(page)
      return
    }
    printRows(
      page.seeds.map(({ seedSetKey, slot, steps }) => ({
        seedSet: seedSetKey,
        seed: slot ?? 'none',
        rows: steps.length + steps.reduce((sum, { more }) => sum + more, 0),
        evolvers: [...new Set(steps.flatMap(({ armKey }) => armKey ?? []))].join(', '),
        lastRound: Math.max(...steps.map(({ round }) => round)),
        text: (steps[0]?.instruction ?? '').slice(0, 60),
      })),
      false,
    )
    printLine(`${page.total} seeds and rows without a seed`)
    for (const gap of page.gaps) {
      const place = cellPlace(gap)
      const why = gap.reason === null ? '' : ` (${gap.reason})`
      if (gap.unlinked > 0)
        say('Broken', `${place}: ${gap.unlinked} of ${gap.rows} rows without a seed${why}`)
      if (gap.repeated > 0) say('Broken', `${place}: ${gap.repeated} seeds have several rows`)
    }
  })
}
