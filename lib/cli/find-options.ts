import { Option, type Command } from 'commander'
import type { Condition } from '@/lib/contracts/condition'
import { withConditions } from '@/lib/contracts/condition-tree'
import type { RowFilter } from '@/lib/contracts/filter'
import { FIND_FIELDS, findSchema, repeatsAtomSchema, similarAtomSchema } from '@/lib/contracts/find'
import { parseOption, rowNamed } from './options'

/** What `addFindOptions` reads from the command line. */
export interface FindOptions {
  text?: string
  words?: string
  regex?: string
  in?: string
  matchCase?: boolean
  ignoreCase?: boolean
  copies?: string
  acrossFiles?: boolean
  similarTo?: string
  similarToText?: string
  withinFilter?: boolean
  top?: string
  likeness?: string
  keep?: string
}

/** Adds the options that search the texts of rows, and returns the command. */
export function addFindOptions(command: Command): Command {
  return command
    .option('--text <text>', 'only rows with exactly this text in them')
    .option('--match-case', 'capital letters of --text count')
    .option('--words <query>', 'only rows with these words: evol* "a phrase" -not OR')
    .option('--regex <pattern>', 'only rows that match this regular expression (RE2)')
    .option('--ignore-case', 'capital letters of --regex do not count')
    .option(
      '--similar-to <row>',
      'only rows that are among those of the whole study whose embeddings are nearest to that of a row: its file id, a dot and its number',
    )
    .option(
      '--similar-to-text <text>',
      'the same for a text of your own; "rows" has it embedded by the model that embedded the rows',
    )
    .option('--top <n>', 'how many similar rows (100)')
    .option(
      '--within-filter',
      'the most similar of the rows that all other conditions keep, not of the whole study',
    )
    .addOption(
      new Option('--copies <kind>', 'rows that repeat others of their file').choices(
        repeatsAtomSchema.shape.of.options,
      ),
    )
    .option(
      '--across-files',
      'exact copies or those in wording, in any files; the first row that all other conditions keep stands for its group',
    )
    .option(
      '--likeness <number>',
      'least cosine of near copies, or share of word sequences in common of copies in wording (0.95)',
    )
    .addOption(
      new Option('--keep <rows>', 'one row of each group and all others, or the groups alone')
        .choices(['representatives', 'members'])
        .default('representatives'),
    )
    .addOption(new Option('--in <text>', 'search this text only').choices(FIND_FIELDS))
}

/** Returns a filter that keeps of its rows those that the options find; throws `invalid_input` naming the option. */
export function withFind(filter: RowFilter, options: FindOptions): RowFilter {
  const place = options.in === undefined ? {} : { in: options.in }
  const found: Condition[] = []
  const add = (option: string, atom: object) =>
    found.push(parseOption(findSchema, { ...atom, ...place }, option))
  const { text, words, regex, matchCase = false, ignoreCase = false } = options
  if (text !== undefined) add('--text', { is: 'text', text, matchCase })
  if (words !== undefined) add('--words', { is: 'words', query: words })
  if (regex !== undefined) add('--regex', { is: 'regex', pattern: regex, ignoreCase })
  const { similarTo, similarToText } = options
  const compared = [
    ...(similarTo === undefined ? [] : [[rowNamed(similarTo, '--similar-to'), '--similar-to']]),
    ...(similarToText === undefined ? [] : [[{ text: similarToText }, '--similar-to-text']]),
  ] as const
  for (const [to, option] of compared) {
    const top = options.top === undefined ? undefined : Number(options.top)
    const within = options.withinFilter ? { within: 'filter' } : {}
    found.push(
      parseOption(similarAtomSchema, { is: 'similar', to, top, ...within }, String(option)),
    )
  }
  if (options.copies !== undefined) {
    const likeness = options.likeness === undefined ? undefined : Number(options.likeness)
    const { copies: of, keep } = options
    const across = options.acrossFiles ? { across: 'filter' } : {}
    found.push(parseOption(repeatsAtomSchema, { is: 'repeats', of, keep, likeness, ...across }))
  }
  if (found.length === 0) return filter
  return { ...filter, where: withConditions(filter.where, ...found) }
}
