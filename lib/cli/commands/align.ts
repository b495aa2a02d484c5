import type { Command } from 'commander'
import {
  ALIGN_WAYS,
  alignRequestSchema,
  isByLikeness,
  PARENT_FILE_RULE,
  parentPlaceOf,
  SIMILARITY_THRESHOLD,
  type ParentPlace,
  type SimilarityPreview,
} from '@/lib/contracts/operators'
import { cellPlace } from '@/lib/contracts/seeds'
import type { CellInfo } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { alignmentFacts, startAligning } from '@/lib/services/alignments/change'
import { ID_RULE } from '@/lib/services/alignments/ids'
import { similarityPreview } from '@/lib/services/alignments/preview'
import type { ServiceContext } from '@/lib/services/context'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { printAlignments } from '../alignment-report'
import { followJobs } from '../follow'
import { printJson, printRows, say } from '../output'
import { openStudy } from '../study-command'

/** Characters of both texts that fit beside each other in a terminal. */
const PREVIEW_CHARACTERS = 60

interface AlignOptions {
  study: string
  seedSet?: string
  arm?: string
  round?: string
  by?: string
  operators?: string
  threshold?: string
  parent?: string
  pairing?: string
  run?: string
  preview?: boolean
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
  const place = parentPlaceOf(text)
  if (place !== undefined) return place
  throw new AppError('invalid_input', `--parent takes ${PARENT_FILE_RULE} Not "${text}".`)
}

/** The run whose embeddings are meant where there is one only. */
function onlyRun(
  { db }: ServiceContext,
  studyId: string,
  [first]: readonly CellInfo[],
): string | undefined {
  const runs = first ? alignmentFacts(db, studyId, first.id).runs : []
  return runs.length === 1 ? runs[0]?.id : undefined
}

/** Prints what each threshold would link, and the doubtful pairs. */
function printPreview(name: string, found: SimilarityPreview, json: boolean): void {
  if (json) {
    printJson({ cell: name, ...found })
    return
  }
  if (found.missing !== null) throw new AppError('conflict', `${name}: ${found.missing}.`)
  const steps = found.linked.length - 1
  say('Preview', `${name}: ${found.looked} of ${found.total} rows looked at`)
  printRows(
    found.linked.map((rows, step) => ({ threshold: (step / steps).toFixed(2), links: rows })),
    false,
  )
  printRows(
    found.doubtful.map(({ childIdx, parentIdx, score, second, doubt, child, parent }) => ({
      row: childIdx,
      parent: parentIdx,
      likeness: score.toFixed(3),
      second: second.toFixed(3),
      linked: doubt ?? 'yes',
      text: child.slice(0, PREVIEW_CHARACTERS),
      parentText: parent.slice(0, PREVIEW_CHARACTERS),
    })),
    false,
  )
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
      `index, id, text (a column of the file holds the parent's text), similarity (of the texts), embedding (likeness by a run of the metric parent_likeness) or none. ${ID_RULE}`,
    )
    .option(
      '--threshold <0 to 1>',
      `least likeness for --by similarity (Jaccard index of 5-grams) and --by embedding (cosine); ${SIMILARITY_THRESHOLD} without it`,
    )
    .option(
      '--pairing <one|many>',
      'for both: one row for each parent, the nearest both ways (without it), or many',
    )
    .option(
      '--run <id>',
      'for --by embedding: the run whose embeddings are compared; may be left out where there is one only',
    )
    .option(
      '--preview',
      'for both: show what each threshold links and the doubtful pairs; changes nothing',
    )
    .option('--parent <place>', `file that the rows descend from: ${PARENT_FILE_RULE}`)
    .option(
      '--operators <rule>',
      'none, rotation4, rotation5, column:NAME (a column of the files) or one:OPERATOR (of all rows)',
    )
    .action(async (options: AlignOptions) => {
      const { studyId, ...context } = openStudy(options)
      const json = program.opts<{ json?: boolean }>().json === true
      const chosen = chosenCells(getStudyDetail(context.db, studyId).cells, options)
      if (chosen.length === 0) {
        throw new AppError('not_found', 'The study has no imported file of evolved rows there.')
      }
      const { by, operators, threshold, parent, pairing, preview } = options
      const given = [by, operators, threshold, parent, pairing, options.run, preview]
      if (given.every((one) => one === undefined)) {
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
        pairing,
        run: options.run ?? (by === 'embedding' ? onlyRun(context, studyId, chosen) : undefined),
        parent: parent === undefined ? undefined : parentOption(parent),
      })
      if (!request.success) {
        throw new AppError('invalid_input', request.error.issues[0]?.message ?? 'Bad options.')
      }
      if (preview) {
        const { align, run, ...rule } = request.data
        if (align === undefined || !isByLikeness(align)) {
          throw new AppError('invalid_input', '--preview goes with --by similarity or embedding.')
        }
        for (const cell of chosen) {
          const settings = { ...rule, ...(align === 'embedding' ? { run: run ?? '' } : {}) }
          const found = similarityPreview(context.db, studyId, cell.id, settings)
          printPreview(cellPlace(cell), found, json)
        }
        return
      }
      const job = startAligning(context, studyId, request.data)
      const [ended] = await followJobs(context, [job.id], json)
      printAlignments(ended?.result?.['aligned'], json)
    })
}
