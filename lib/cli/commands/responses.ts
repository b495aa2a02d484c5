import { Option, type Command } from 'commander'
import type { Db } from '@/db/client'
import { emptyFilter } from '@/lib/contracts/filter'
import { changeSetSchema, respondRequestSchema, type ResponseSet } from '@/lib/contracts/responses'
import { formatDateTime, shortHash } from '@/lib/contracts/format'
import { AppError } from '@/lib/errors'
import {
  changeResponseSet,
  deleteResponseSet,
  listResponseSets,
  restoreResponseSet,
} from '@/lib/services/responses'
import { startResponses } from '@/lib/services/responses/start'
import { findBackend } from '../backend'
import { addBudgetOptions, readBudget, type BudgetOptions } from '../budget'
import { addFilterFlags, filterFrom, type FilterFlags } from '../filter-option'
import { followJobs } from '../follow'
import { parseOption } from '../options'
import { printJson, printRows, say } from '../output'
import { addStudyGroup, openStudy, type OfStudy } from '../study-command'

interface WriteOptions extends OfStudy, BudgetOptions, Omit<FilterFlags, 'seed'> {
  backend: string
  file?: string[]
  mode?: string
  temperature?: string
  topP?: string
  maxTokens?: string
  randomSeed?: string
  prompt?: string[]
  name?: string
  current?: boolean
  wait?: boolean
}

interface ChangeOptions extends OfStudy {
  name?: string
  current?: boolean
  file?: string[]
}

/** Returns the response set of this name, key or beginning of a key; throws `not_found` with those there are. */
export function findSet(db: Db, studyId: string, name: string): ResponseSet {
  const sets = listResponseSets(db, studyId)
  const found = sets.filter(({ key, label }) => key === name || label === name)
  const near = found.length > 0 ? found : sets.filter(({ key }) => key.startsWith(name))
  if (near.length === 1) return near[0] as ResponseSet
  if (near.length > 1) {
    throw new AppError('invalid_input', `Several response sets begin with "${name}"; write more.`)
  }
  const known = sets.map(({ label }) => `"${label}"`).join(', ') || 'none'
  throw new AppError('not_found', `There is no response set "${name}". There are: ${known}.`)
}

function shown({ key, label, kind, files, runs, createdAt }: ResponseSet) {
  const sum = (of: 'rows' | 'answered' | 'truncated' | 'failed') =>
    files.reduce((total, file) => total + file[of], 0)
  return {
    set: label,
    key: kind === 'imported' ? key : shortHash(key),
    files: files.length,
    current: files.filter(({ isCurrent }) => isCurrent).length,
    rows: sum('rows'),
    responses: sum('answered'),
    cut: sum('truncated'),
    failed: sum('failed'),
    runs,
    made: formatDateTime(createdAt),
  }
}

/** Prompt id and hash from `respond=<hash>`. */
function promptsOf(given: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [id = '', hash] = text.split('=')
      if (hash !== undefined) return [id, hash]
      throw new AppError(
        'invalid_input',
        `--prompt ${text}: write respond=HASH or respond-with-input=HASH ("prompts list" shows them).`,
      )
    }),
  )
}

async function write(options: WriteOptions, json: boolean): Promise<void> {
  const opened = openStudy(options)
  const { mode, temperature, topP, maxTokens, randomSeed, name, current, file, prompt } = options
  const filter = filterFrom(options)
  const isFiltered = JSON.stringify(filter) !== JSON.stringify(emptyFilter())
  const numbers = Object.entries({ temperature, topP, maxTokens, seed: randomSeed }).flatMap(
    ([key, text]) => (text === undefined ? [] : [[key, Number(text)] as const]),
  )
  const request = parseOption(respondRequestSchema, {
    backend: findBackend(opened, options.backend).id,
    ...(mode === undefined ? {} : { mode }),
    ...Object.fromEntries(numbers),
    prompts: promptsOf(prompt),
    cellIds: file ?? [],
    rowSet: isFiltered ? { kind: 'filter', filter } : { kind: 'all' },
    label: name ?? null,
    makeCurrent: current === true,
    budget: readBudget(options) ?? null,
  })
  const job = startResponses(opened, opened.studyId, request)
  if (options.wait) await followJobs(opened, [job.id], json)
  if (json) printJson({ job: job.id, sets: listResponseSets(opened.db, opened.studyId) })
  else if (options.wait) printRows(listResponseSets(opened.db, opened.studyId).map(shown), false)
  else say('Queued', `${job.title} (${job.id})`)
}

/** Adds `responses list|write|change|delete|restore`: sets of responses side by side. */
export function addResponsesCommand(program: Command): void {
  const { add, json } = addStudyGroup(
    program,
    'responses',
    'write responses for rows by a model, as sets side by side, and choose which is current',
  )
  const print = (set: ResponseSet) => (json() ? printJson(set) : printRows([shown(set)], false))
  add('list', 'the response sets: who wrote them, for how many rows, how many were cut').action(
    (options: OfStudy) => {
      const { db, studyId } = openStudy(options)
      const sets = listResponseSets(db, studyId)
      if (json()) printJson(sets)
      else printRows(sets.map(shown), false)
    },
  )
  const about = respondRequestSchema.shape
  const command = add('write', 'write responses for rows that have none in the set yet')
    .requiredOption('--backend <id or label>', 'backend of the response model')
    .option('--file <id...>', about.cellIds.description ?? '')
    .addOption(
      new Option('--mode <mode>', about.mode.description ?? '').choices(['templates', 'chat']),
    )
    .option('--temperature <t>', '0 decodes greedily (default: 0)')
    .option('--top-p <p>', 'nucleus sampling (default: 1)')
    .option('--max-tokens <n>', 'limit of each response (default: 2048)')
    .option('--random-seed <n>', 'the number of the row is added to it (default: 1)')
    .option('--prompt <id=hash...>', 'stored versions of the two templates')
    .option('--name <name>', about.label.description ?? '')
    .option('--current', about.makeCurrent.description ?? '')
    .option('--wait', 'follow the job to its end')
  addFilterFlags(addBudgetOptions(command)).action((options: WriteOptions) =>
    write(options, json()),
  )
  add('change <set>', 'rename a set, or make it the current one')
    .option('--name <name>', 'its new name')
    .option('--current', 'make it the current set of all files that it answers')
    .option('--file <id...>', 'of these files only')
    .action((name: string, options: ChangeOptions) => {
      const { db, studyId } = openStudy(options)
      const { key } = findSet(db, studyId, name)
      const change = parseOption(changeSetSchema, {
        ...(options.name === undefined ? {} : { label: options.name }),
        ...(options.current ? { current: options.file ?? 'all' } : {}),
      })
      print(changeResponseSet(db, studyId, key, change))
    })
  add('delete <set>', 'delete a set; "restore" undoes it for seven days').action(
    (name: string, options: OfStudy) => {
      const { db, studyId } = openStudy(options)
      const { key, label } = findSet(db, studyId, name)
      deleteResponseSet(db, studyId, key)
      say('Deleted', `${label} (${key})`)
    },
  )
  add('restore <key>', 'bring a deleted set back, by its whole key').action(
    (key: string, options: OfStudy) => {
      const { db, studyId } = openStudy(options)
      print(restoreResponseSet(db, studyId, key))
    },
  )
}
