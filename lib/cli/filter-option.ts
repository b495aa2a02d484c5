import { Option, type Command } from 'commander'
import { conditionSchema } from '@/lib/contracts/condition'
import { withConditions } from '@/lib/contracts/condition-tree'
import { rowFilterSchema, rowSampleSchema, type RowFilter } from '@/lib/contracts/filter'
import { AppError } from '@/lib/errors'
import { addFindOptions, withFind, type FindOptions } from './find-options'
import { parseJsonOption, parseOption } from './options'

/** What the shared flags of a filter hold as typed. */
export interface FilterFlags extends FindOptions {
  filter?: string
  where?: string
  sample?: string
  seed?: string
}

const SAMPLE = /^(\d+)(%?)$|^(\d*\.\d+)%$/

/**
 * Adds the searches and `--where`; `--filter`, `--sample` and `--seed` where the command has no other flag for them.
 */
export function addFilterFlags(
  command: Command,
  { hasFilter = true, hasSample = true } = {},
): Command {
  if (hasFilter)
    command.option('--filter <json>', 'rows to take, as in the address of the rows page')
  addFindOptions(command).option(
    '--where <json>',
    'conditions with and, or, not: {"any": [{"is": "range", "column": "mnd.mnd", "min": 0.5, "max": null}, {"not": {"is": "marks", "kinds": ["drop"]}}]}',
  )
  if (!hasSample) return command
  return command
    .option('--sample <n or %>', 'draw so many of the rows that are left: 500 or 10%')
    .addOption(new Option('--seed <number>', 'random seed (default: 1)'))
}

function sampleOf(text: string, seed = '1'): RowFilter['sample'] {
  const found = SAMPLE.exec(text)
  if (!found)
    throw new AppError(
      'invalid_input',
      `--sample "${text}": write a number of rows, such as 500, or a share of them, such as 10%.`,
    )
  const size = text.endsWith('%')
    ? { share: Number(text.slice(0, -1)) / 100 }
    : { rows: Number(text) }
  return parseOption(rowSampleSchema, { ...size, seed: Number(seed) }, '--sample')
}

/** Returns the filter that the flags mean, on top of one that was read elsewhere. Throws `invalid_input` that names the flag and the place. */
export function filterFrom(
  { filter = '{}', where, sample, seed, ...find }: FilterFlags,
  base?: RowFilter,
): RowFilter {
  const read = base ?? parseOption(rowFilterSchema, parseJsonOption(filter, '--filter'), '--filter')
  if (seed !== undefined && sample === undefined)
    throw new AppError(
      'invalid_input',
      '--seed is the random seed of --sample: give both, or leave it out.',
    )
  const condition =
    where === undefined
      ? undefined
      : parseOption(conditionSchema, parseJsonOption(where, '--where'), '--where')
  const drawn = sample === undefined ? undefined : sampleOf(sample, seed)
  const kept = {
    ...read,
    // A condition of the filter itself holds as well.
    ...(condition ? { where: read.where ? withConditions(read.where, condition) : condition } : {}),
    ...(drawn ? { sample: drawn } : {}),
  }
  return withFind(kept, find)
}

/** Returns the filter that the flags mean; undefined where none of them is given. */
export function filterGiven(flags: FilterFlags): RowFilter | undefined {
  const { filter, where, sample, seed, text, words, regex, similarTo, similarToText, copies } =
    flags
  const given = [filter, where, sample, seed, text, words, regex, similarTo, similarToText, copies]
  return given.every((flag) => flag === undefined) ? undefined : filterFrom(flags)
}
