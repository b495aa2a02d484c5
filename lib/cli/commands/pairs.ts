import type { Command } from 'commander'
import { pairSentences } from '@/lib/contracts/pairs'
import { AppError } from '@/lib/errors'
import { pairSummary } from '@/lib/services/pairs/summary'
import { openContext } from '../context'
import { printJson, printLine, printRows, wantsJson } from '../output'
import { findRun } from './agreement'

/** Adds `pairs <run>`. */
export function addPairsCommand(program: Command): void {
  program
    .command('pairs')
    .description(
      'what a judge model said of pairs: wins, ties, losses, position bias, sign test, rate at equal length',
    )
    .argument(
      '<run>',
      'id of a run of pair_responses or pair_instructions; the first digits are enough',
    )
    .action(async (id: string) => {
      const context = openContext()
      const summary = await pairSummary(context.db, findRun(context, id).id)
      if (!summary) {
        throw new AppError(
          'invalid_input',
          'This run judged no pairs. Name one of pair_responses or pair_instructions.',
        )
      }
      if (wantsJson(program)) {
        printJson(summary)
        return
      }
      for (const sentence of pairSentences(summary)) printLine(sentence)
      printRows(
        summary.parts.map(({ seedSet, label, against, win, tie, lose }) => ({
          'seed set': seedSet,
          rows: label,
          against: against ?? '',
          win,
          tie,
          lose,
        })),
        false,
      )
    })
}
