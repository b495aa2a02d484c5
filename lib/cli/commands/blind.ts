import fs from 'node:fs'
import type { Command } from 'commander'
import { stringify } from 'csv-stringify/sync'
import {
  BLIND_EXPORT_FORMATS,
  blindPlanSchema,
  startBlindSchema,
  type BlindAgreement,
  type BlindResult,
  type BlindSession,
} from '@/lib/contracts/blind'
import { formatDateTime, formatDuration } from '@/lib/contracts/format'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import { AppError } from '@/lib/errors'
import {
  deleteSession,
  endSession,
  listSessions,
  restoreSession,
  startSession,
} from '@/lib/services/blind'
import { drawBlindPairs } from '@/lib/services/blind/draw'
import { blindExport, blindResult, blindTable } from '@/lib/services/blind/result'
import { parseOption } from '../options'
import { printJson, printLine, printRows, say } from '../output'
import { addStudyGroup, openStudy, type OfStudy } from '../study-command'
import { number, share } from './agreement'
import { sideOf } from './compare'

interface StartOptions extends OfStudy {
  person: string
  like?: string
  a?: string
  b?: string
  size?: string
  seed?: string
  seedSet?: string[]
  question?: string
  hideSeed?: boolean
  responses?: boolean
}

interface ExportOptions extends OfStudy {
  out: string
  format: string
}

function shown({ id, ...session }: BlindSession): Record<string, unknown> {
  return {
    id,
    person: session.person,
    question: session.question,
    pairs: session.pairs,
    judged: session.judged,
    skipped: session.skipped,
    started: formatDateTime(session.createdAt),
    state: session.endedAt === null ? 'open' : 'ended',
  }
}

/** The plan that flags give; what is left out has its default. */
function planOf({ a, b, size, seed, seedSet, question, hideSeed, responses }: StartOptions) {
  if (a === undefined || b === undefined) {
    throw new AppError(
      'invalid_input',
      'Name both sides with --a and --b, or a session with --like.',
    )
  }
  return parseOption(blindPlanSchema, {
    a: sideOf(a, '--a'),
    b: sideOf(b, '--b'),
    seedSets: seedSet ?? [],
    ...(size === undefined ? {} : { size: Number(size) }),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(question === undefined ? {} : { question }),
    showSeed: hideSeed !== true,
    showResponses: responses === true,
  })
}

async function start(options: StartOptions, json: boolean): Promise<void> {
  const { db, studyId } = openStudy(options)
  const { person, like } = options
  const given = like === undefined ? { person, plan: planOf(options) } : { person, like }
  const session = await startSession(db, studyId, parseOption(startBlindSchema, given), (plan) =>
    drawBlindPairs(db, studyId, plan),
  )
  if (json) printJson(session)
  else say('Started', `${session.id}: ${session.pairs} pairs for ${session.person}`)
}

function raterRow(rater: BlindAgreement): Record<string, unknown> {
  const { label, n, exact, kappa, kappaReason } = rater
  return {
    with: label,
    pairs: n,
    equal: n === 0 ? null : `${((100 * exact.k) / n).toFixed(1)} %`,
    kappa: kappa ? number(kappa.value) : `none: ${kappaReason ?? ''}`,
    interval: kappa ? `${number(kappa.low)} to ${number(kappa.high)}` : 'none',
    AC1: number(rater.ac1),
    AC2: number(rater.ac2),
  }
}

function printResult(result: BlindResult): void {
  const { sides, win, tie, lose, decided, p, left, time } = result
  const test = (value: number | null) =>
    value === null ? 'none' : String(Number(value.toPrecision(4)))
  printLine(result.sentence)
  printLine('')
  const lines = [
    ['A', sides.a.label],
    ['B', sides.b.label],
    ['A better', share(win)],
    ['tie', share(tie)],
    ['B better', share(lose)],
    ['A of decided', share(decided)],
    ['sign test', test(p)],
    ['left of decided', `${share(left)}; p ${test(left.p)}`],
    [
      'time',
      time
        ? `${formatDuration(time.median)} a pair (median), ${formatDuration(time.total)} in all`
        : 'none',
    ],
  ]
  printRows(
    lines.map(([what, value]) => ({ what, value })),
    false,
  )
  printLine('')
  printRows(result.agreement.map(raterRow), false)
}

async function writeExport(id: string, options: ExportOptions): Promise<void> {
  const { db, studyId } = openStudy(options)
  const known: readonly string[] = BLIND_EXPORT_FORMATS
  if (!known.includes(options.format)) {
    throw new AppError('invalid_input', `--format is one of ${known.join(', ')}.`)
  }
  const text =
    options.format === 'csv'
      ? stringify(tableRecords(blindTable(db, studyId, id)), TABLE_CSV)
      : `${JSON.stringify(await blindExport(db, studyId, id), null, 2)}\n`
  fs.writeFileSync(options.out, text)
  printLine(`Written: ${options.out}`)
}

/** Adds `blind list|start|end|result|export|delete|restore`: judging pairs without seeing the evolver, on the Blind A/B page. */
export function addBlindCommand(program: Command): void {
  const { add, json } = addStudyGroup(
    program,
    'blind',
    'blind A/B: people compare pairs of rows without seeing the evolver',
  )
  add('list', 'the sessions, without what is compared').action((options: OfStudy) => {
    const { db, studyId } = openStudy(options)
    const sessions = listSessions(db, studyId)
    if (json()) printJson(sessions)
    else printRows(sessions.map(shown), false)
  })
  add('start', 'draw pairs for a person, who answers on the Blind A/B page')
    .requiredOption('--person <name>', 'name or initials')
    .option('--like <session>', 'the pairs of this session, for another person')
    .option('--a <evolver.round>', 'side A, for example small.2, or seeds')
    .option('--b <evolver.round>', 'side B')
    .option('--size <n>', 'pairs to draw (50)')
    .option('--seed <n>', 'random seed, which decides the pairs (1)')
    .option('--seed-set <key...>', 'these seed sets only')
    .option('--question <text>', 'what is asked of each pair')
    .option('--hide-seed', 'without the text of the seed')
    .option('--responses', 'show the responses too')
    .action((options: StartOptions) => start(options, json()))
  add('end <session>', 'end a session; its result can then be read').action(
    (id: string, options: OfStudy) => {
      const { db, studyId } = openStudy(options)
      const session = endSession(db, studyId, id)
      if (json()) printJson(session)
      else say('Ended', `${session.judged} of ${session.pairs} pairs judged`)
    },
  )
  add('result <session>', 'what a session that has ended found').action(
    async (id: string, options: OfStudy) => {
      const { db, studyId } = openStudy(options)
      const result = await blindResult(db, studyId, id)
      if (json()) printJson(result)
      else printResult(result)
    },
  )
  add('export <session>', 'write the judgements of a session that has ended')
    .requiredOption('--out <file>', 'file to write')
    .option('--format <format>', BLIND_EXPORT_FORMATS.join(' or '), 'csv')
    .action((id: string, options: ExportOptions) => writeExport(id, options))
  for (const [name, change, done] of [
    ['delete', deleteSession, 'Deleted'],
    ['restore', restoreSession, 'Restored'],
  ] as const) {
    const what =
      name === 'delete'
        ? 'delete a session; "restore" undoes it for seven days'
        : 'bring a deleted session back'
    add(`${name} <session>`, what).action((id: string, options: OfStudy) => {
      const { db, studyId } = openStudy(options)
      change(db, studyId, id)
      say(done, id)
    })
  }
}
