import type { Command } from 'commander'
import {
  ALIGN_WAYS,
  alignRequestSchema,
  SIMILARITY_THRESHOLD,
  type ParentPlace,
} from '@/lib/contracts/operators'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import type { CellInfo } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { alignmentFacts, startAligning } from '@/lib/services/alignments/change'
import { ID_RULE } from '@/lib/services/alignments/ids'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { printAlignments } from '../alignment-report'
import { findStudy, openContext } from '../context'
import { followJobs } from '../follow'
import { printRows, say } from '../output'

interface AlignOptions {
  study: string
  seedSet?: string
  arm?: string
  round?: string
  by?: string
  operators?: string
  threshold?: string
  parent?: string
}

function chosenCells(cells: readonly CellInfo[], options: AlignOptions): CellInfo[] {
  return cells.filter(
    (cell) =>
      cell.armKey !== null &&
      cell.sourceKind === 'file' &&
      (options.seedSet === undefined || cell.seedSetKey === options.seedSet) &&
      (options.arm === undefined || cell.armKey === options.arm) &&
      (options.round === undefined || cell.round === Number(options.round)),
  )
}

function describe({ seedSetKey, armKey, round, rowCount, alignment }: CellInfo) {
  return {
    seedSet: seedSetKey,
    arm: armKey,
    round,
    rows: rowCount,
    aligned: alignment?.matched ?? 0,
    by: alignment?.kind ?? 'none',
    operators: alignment?.operatorRows ?? 0,
    note: alignment?.reason ?? alignment?.note ?? null,
  }
}

/** The place that `--parent` names; null for the usual one. */
function parentOption(text: string): ParentPlace | null {
  if (text === 'usual') return null
  if (text === SEEDS_KEY) return { arm: null, round: 0 }
  const [, arm, round] = /^(.+)\.(\d+)$/s.exec(text) ?? []
  if (arm === undefined) {
    throw new AppError(
      'invalid_input',
      `--parent takes EVOLVER.ROUND such as small.1, ${SEEDS_KEY}, or usual; not "${text}".`,
    )
  }
  return { arm, round: Number(round) }
}

/** Adds `align`. */
export function addAlignCommand(program: Command): void {
  program
    .command('align')
    .description(
      'show how the files of a study meet their parents; with --by or --operators, align them again (a new version; runs keep theirs)',
    )
    .requiredOption('--study <name or id>', 'study')
    .option('--seed-set <key>', 'only this seed set')
    .option('--arm <key>', 'only this evolver')
    .option('--round <n>', 'only this round')
    .option(
      '--by <how>',
      `index, id, text (a column of the file holds the parent's text), similarity (of the texts) or none. ${ID_RULE}`,
    )
    .option(
      '--threshold <0 to 1>',
      `least likeness for --by similarity (Jaccard index of 5-grams; ${SIMILARITY_THRESHOLD} without it)`,
    )
    .option(
      '--parent <place>',
      'file that the rows descend from: EVOLVER.ROUND, seeds, or usual (the round before)',
    )
    .option(
      '--operators <rule>',
      'none, rotation4, rotation5, column:NAME (a column of the files) or one:OPERATOR (of all rows)',
    )
    .action(async (options: AlignOptions) => {
      const context = openContext()
      const json = program.opts<{ json?: boolean }>().json === true
      const studyId = findStudy(context, options.study)
      const chosen = chosenCells(getStudyDetail(context.db, studyId).cells, options)
      if (chosen.length === 0) {
        throw new AppError('not_found', 'The study has no imported file of evolved rows there.')
      }
      const { by, operators, threshold, parent } = options
      if ([by, operators, threshold, parent].every((one) => one === undefined)) {
        printRows(chosen.map(describe), json)
        const fitting = chosen.flatMap(({ id, alignment }) =>
          alignment && alignment.matched > 0 && alignment.operatorRows === 0
            ? (alignmentFacts(context.db, studyId, id).rotation ?? [])
            : [],
        )
        if (!json && fitting.length > 0) {
          const files = `${fitting.length} file${fitting.length === 1 ? '' : 's'}`
          const rules = [...new Set(fitting)].join(' or ')
          say(
            'Next',
            `name and size of ${files} are those of the paper's seed sets: --operators ${rules} if they were made in the same way`,
          )
        }
        return
      }
      if (options.by !== undefined && !ALIGN_WAYS.some((way) => way === options.by)) {
        throw new AppError('invalid_input', `--by takes ${ALIGN_WAYS.join(', ')}.`)
      }
      const request = alignRequestSchema.safeParse({
        cells: chosen.map(({ id }) => id),
        align: options.by,
        operators: options.operators,
        threshold: threshold === undefined ? undefined : Number(threshold),
        parent: parent === undefined ? undefined : parentOption(parent),
      })
      if (!request.success) {
        throw new AppError('invalid_input', request.error.issues[0]?.message ?? 'Bad options.')
      }
      const job = startAligning(context, studyId, request.data)
      const [ended] = await followJobs(context, [job.id], json)
      printAlignments(ended?.result?.['aligned'], json)
    })
}
