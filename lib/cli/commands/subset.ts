import fs from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { withConditions } from '@/lib/contracts/condition-tree'
import { emptyFilter, type ViewState } from '@/lib/contracts/filter'
import {
  compareSubsetsSchema,
  type SavedSubset,
  type SubsetFunnel,
  type SubsetRule,
} from '@/lib/contracts/subset'
import { AppError } from '@/lib/errors'
import { readNamed } from '@/lib/files'
import { PRESETS } from '@/lib/subsets/presets'
import type { ServiceContext } from '@/lib/services/context'
import {
  deleteSubset,
  listSubsets,
  restoreSubset,
  saveSubset,
  seededRules,
  subsetFunnel,
} from '@/lib/services/subsets'
import { filesHere } from '@/lib/services/files/tasks'
import { addBenchmark, deleteBenchmark, listBenchmarks } from '@/lib/services/subsets/benchmarks'
import { compareSubsets } from '@/lib/services/subsets/compare'
import { parseRuleFile, ruleFileText } from '@/lib/services/subsets/rule-file'
import { parseOption } from '../options'
import { printJson, printLine, printRows, say, wantsJson } from '../output'
import { openStudy } from '../study-command'

// Rule files are written by hand.
const MAX_RULE_FILE_BYTES = 1_000_000

interface Options {
  study: string
  rules?: string
  preset?: string
  benchmark: string[]
  n?: string
  save?: string
  seeds?: string
  delete?: string
  restore?: string
  compare?: string
  columns?: string
  measures?: string
  deleteBenchmark?: string
  out?: string
  leaks?: string
}

/** Returns the saved subset with this id, name or beginning of its hash; throws where none or several fit. */
export function findSubset({ db }: ServiceContext, studyId: string, given: string): SavedSubset {
  const all = listSubsets(db, studyId)
  const byHash = (one: SavedSubset) => given.length >= 8 && one.hash.startsWith(given)
  const found = all.filter((one) => one.id === given || one.name === given || byHash(one))
  if (found.length === 1) return found[0] as SavedSubset
  if (found.length > 1) {
    throw new AppError('invalid_input', `Several subsets are named "${given}"; use the id.`)
  }
  const names = all.map(({ name }) => `"${name}"`).join(', ') || 'none'
  throw new AppError('not_found', `There is no subset "${given}". There are: ${names}.`)
}

/** Returns the view that shows a saved subset, with the rest of a view that was given. */
export function withSubset(state: ViewState, subset: SavedSubset): ViewState {
  const one = { is: 'subset' as const, id: subset.id, inside: true }
  const { where } = state.filter
  const both = where ? withConditions(where, one) : one
  return { ...state, filter: { ...emptyFilter(), ...state.filter, where: both } }
}

async function rulesFrom(options: Options): Promise<{ name: string; rules: SubsetRule[] }> {
  const { rules: file, preset } = options
  if (file !== undefined) {
    const bytes = await readNamed(file, { what: 'The rule file', maxBytes: MAX_RULE_FILE_BYTES })
    return parseRuleFile(Buffer.from(bytes).toString('utf8'))
  }
  if (preset === undefined) return { name: 'subset', rules: [] }
  const found = PRESETS.find(({ id }) => id === preset)
  if (found) return { name: found.id, rules: found.rules }
  const known = PRESETS.map(({ id }) => id).join(', ')
  throw new AppError('invalid_input', `There is no preset "${preset}". There are: ${known}.`)
}

async function benchmarkRule({ db }: ServiceContext, options: Options): Promise<SubsetRule[]> {
  if (options.benchmark.length === 0) return []
  const benchmarks: string[] = []
  for (const file of options.benchmark) {
    const named = { path: file, name: path.basename(file) }
    benchmarks.push((await addBenchmark(db, named, filesHere)).sha256)
  }
  const n = parseOption(z.coerce.number().int().min(2).max(50), options.n ?? 13, '--n')
  return [{ rule: 'decontaminate', benchmarks, n, share: 0, text: 'all' }]
}

function printFunnel({ rowsInStudy, rows, steps, hash }: SubsetFunnel): void {
  printRows(
    steps.map(({ rule, off, rowsIn, rowsOut, missing, notes }, k) => ({
      no: k + 1,
      rule: off ? `${rule} (off)` : rule,
      rowsIn,
      rowsOut,
      missing: Object.entries(missing)
        .map(([reason, count]) => `${reason} ${count}`)
        .join(', '),
      notes: notes.join('; '),
    })),
    false,
  )
  printLine(`${rows} of ${rowsInStudy} rows. SHA-256 of the rules: ${hash}`)
}

async function runSubset(options: Options, json: boolean): Promise<void> {
  const { studyId, ...context } = openStudy(options)
  const { db } = context
  if (options.delete !== undefined) {
    const subset = findSubset(context, studyId, options.delete)
    deleteSubset(db, studyId, subset.id)
    say('deleted', `${subset.name}; --restore ${subset.id} brings it back for seven days`)
    return
  }
  if (options.deleteBenchmark !== undefined) {
    const given = options.deleteBenchmark
    const found = listBenchmarks(db).filter(({ sha256, name }) => [sha256, name].includes(given))
    if (found.length !== 1 || !found[0])
      throw new AppError('not_found', `${found.length} benchmarks are named "${given}".`)
    deleteBenchmark(db, found[0].sha256)
    say('deleted', found[0].name)
    return
  }
  if (options.restore !== undefined) {
    say('restored', restoreSubset(db, studyId, options.restore).name)
    return
  }
  if (options.compare !== undefined) {
    const listed = (text: string) => text.split(',').map((name) => name.trim())
    const ids = listed(options.compare).map((name) => findSubset(context, studyId, name).id)
    const columns = options.columns === undefined ? {} : { columns: listed(options.columns) }
    const measures = options.measures === undefined ? [] : listed(options.measures)
    const asked = parseOption(compareSubsetsSchema, { ids, ...columns, measures }, '--compare')
    // Nested lists fit no terminal table, so it is JSON in any case.
    printJson(await compareSubsets(db, studyId, asked))
    return
  }
  const given = await rulesFrom(options)
  const rules = [...given.rules, ...(await benchmarkRule(context, options))]
  if (rules.length === 0) {
    const list = listSubsets(db, studyId).map(({ rules: own, ...one }) => ({
      ...one,
      rules: own.length,
    }))
    printRows(list, json)
    return
  }
  const seeds = parseOption(
    z.array(z.coerce.number().int().min(0)).max(20),
    options.seeds?.split(',') ?? [],
    '--seeds',
  )
  const counted = []
  for (const one of seededRules(options.save ?? given.name, rules, seeds)) {
    counted.push({ one, funnel: await subsetFunnel(db, studyId, one.rules) })
  }
  const saved =
    options.save === undefined
      ? []
      : counted.map(({ one, funnel }) => saveSubset(db, studyId, one, funnel.rows))
  if (options.out !== undefined)
    fs.writeFileSync(options.out, ruleFileText({ name: options.save ?? given.name, rules }))
  const leaks = counted.flatMap(({ funnel }) => funnel.steps.flatMap((step) => step.leaks))
  if (options.leaks !== undefined) {
    fs.writeFileSync(options.leaks, leaks.map((leak) => `${JSON.stringify(leak)}\n`).join(''))
  }
  if (json) {
    printJson(
      counted.map(({ one, funnel }, k) => ({
        name: one.name,
        id: saved[k]?.id ?? null,
        ...funnel,
      })),
    )
    return
  }
  for (const { one, funnel } of counted) {
    if (counted.length > 1) printLine(one.name)
    printFunnel(funnel)
  }
  for (const { name, id } of saved) say('saved', `${name}: export --subset ${id}`)
}

/** Adds `subset`: rules that keep rows, counted, saved and written as a file. */
export function addSubsetCommand(program: Command): void {
  const collect = (value: string, before: string[]) => [...before, value]
  program
    .command('subset')
    .description('apply a stack of rules to a study; without rules, list the saved subsets')
    .requiredOption('--study <name or id>', 'study')
    .option('--rules <file>', 'YAML rule file')
    .option('--preset <id>', `rules of the paper: ${PRESETS.map(({ id }) => id).join(', ')}`)
    .option(
      '--benchmark <file>',
      'leave out rows that share n-grams with this benchmark (JSON, JSONL, CSV, TXT); may be repeated',
      collect,
      [],
    )
    .option('--n <words>', 'words of an n-gram: 8, 10 or 13 (13)')
    .option('--save <name>', 'save the subset, so that filters, figures and exports can use it')
    .option(
      '--seeds <list>',
      'random seeds in place of those of the rules, such as 1,2,3: a subset for each',
    )
    .option(
      '--compare <list>',
      'two to six saved subsets, as JSON: shared rows, origins, distributions, words',
    )
    .option('--columns <list>', 'with --compare: columns whose distributions are compared')
    .option(
      '--measures <list>',
      'with --compare: measures of texts over draws of equal size, such as ngram_diversity',
    )
    .option('--delete-benchmark <SHA-256 or name>', 'delete a benchmark that no subset names')
    .option('--delete <id or name>', 'delete a saved subset')
    .option('--restore <id>', 'bring a deleted subset back')
    .option('--out <file>', 'write the rules as YAML')
    .option('--leaks <file>', 'write which rows share which n-gram with which item, as JSON lines')
    .action((options: Options) => runSubset(options, wantsJson(program)))
}
