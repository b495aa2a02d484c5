import type { Command } from 'commander'
import type { Description, Difference } from '@/lib/contracts/description'
import { formatCount, formatShare, formatValue } from '@/lib/contracts/format'
import { describeSelection } from '@/lib/services/rows/describe'
import { addFilterFlags, filterFrom, type FilterFlags } from '../filter-option'
import { printJson, printLine, printRows, say, wantsJson } from '../output'
import { openStudy } from '../study-command'

interface DescribeOptions extends FilterFlags {
  study: string
  columns?: string[]
}

/** What one side has: its median or level, or its share of the word that differs most. */
function sideText({ word, levels, ...one }: Difference, side: 'selected' | 'rest'): string {
  const { n, median } = one[side]
  if (word) return formatShare(n === 0 ? 0 : word[side] / n)
  return median === null ? '-' : (levels?.[median - 1] ?? formatValue(median))
}

function print(found: Description): void {
  say('Selected', `${formatCount(found.selected)} rows, the rest ${formatCount(found.rest)}.`)
  printRows(
    found.differences.map((one) => ({
      column: `${one.group}: ${one.label}`,
      measure: one.measure,
      effect: formatValue(one.effect),
      of: one.word ? `share of "${one.word.word}"` : 'median',
      selected: sideText(one, 'selected'),
      rest: sideText(one, 'rest'),
      'n selected': formatCount(one.selected.n),
      'n rest': formatCount(one.rest.n),
    })),
    false,
  )
  const { words, selectedRows, restRows, randomSeed } = found.words
  const listed = (side: (z: number) => boolean) =>
    words
      .filter(({ z }) => side(z))
      .map(({ word }) => word)
      .join(', ') || 'none'
  say('Words', `of the selected rows: ${listed((z) => z > 0)}`)
  say('', `of the rest: ${listed((z) => z < 0)}`)
  say(
    '',
    `from ${formatCount(selectedRows)} and ${formatCount(restRows)} instructions, random seed ${randomSeed}`,
  )
  for (const { label, reason } of found.leftOut) say('Left out', `${label}: ${reason}`)
  for (const note of found.notes) printLine(note)
}

/** Adds `describe`. */
export function addDescribeCommand(program: Command): void {
  const command = program
    .command('describe')
    .description(
      'say which columns and words differ most between the rows of a filter and the rest',
    )
    .requiredOption('--study <name or id>', 'study')
    .option('--columns <ids...>', 'columns to compare (default: every column with values)')
  addFilterFlags(command).action(async (options: DescribeOptions) => {
    const { db, studyId } = openStudy(options)
    const found = await describeSelection(db, studyId, {
      filter: filterFrom(options),
      columns: options.columns ?? null,
    })
    if (wantsJson(program)) printJson(found)
    else print(found)
  })
}
