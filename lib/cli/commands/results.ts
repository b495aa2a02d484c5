import fs from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { TABLE_CSV, tableRecords } from '@/lib/contracts/spreadsheet'
import {
  benchmarkKey,
  importResultsSchema,
  percentOf,
  resultModelSchema,
  RESULT_UNITS,
  unknownModel,
  type StoredResult,
} from '@/lib/contracts/results'
import { LIMITS } from '@/lib/contracts/limits'
import { AppError } from '@/lib/errors'
import { RESULT_READERS } from '@/lib/formats/results'
import { everyEvalEverFiles } from '@/lib/formats/results/write-every-eval-ever'
import { publishedResults } from '@/lib/paper/results'
import { listExports } from '@/lib/services/exports'
import { filesHere } from '@/lib/services/files/tasks'
import { registerFile } from '@/lib/services/imports/uploads'
import { listResults } from '@/lib/services/results'
import { compareResults } from '@/lib/services/results/compare'
import { importResults } from '@/lib/services/results/import'
import { mapModel } from '@/lib/services/results/models'
import { resultsTable } from '@/lib/services/results/table'
import type { ServiceContext } from '@/lib/services/context'
import { parseOption } from '../options'
import { printJson, printLine, printRows, say } from '../output'
import { addStudyGroup, openStudy, type OfStudy } from '../study-command'

interface ImportOptions extends OfStudy {
  model?: string
  unit?: string
}

interface ListOptions extends OfStudy {
  paper?: boolean
  benchmark?: string
  csv?: string
}

interface ExportOptions extends OfStudy {
  out: string
}

interface MapOptions extends OfStudy {
  source: string
  evolver?: string
  round?: string
  seedSet?: string[]
  student?: string
  size?: string
  tuning?: string
  temperature?: string
  writer?: string
  export?: string
}

/** The files of what was named: a folder with everything in it, under names that tell where in it they lie. */
async function filesOf(paths: readonly string[]) {
  const found: { file: string; relativePath: string }[] = []
  for (const named of paths) {
    const stat = await fs.promises.stat(named).catch(() => null)
    if (!stat) throw new AppError('not_found', `There is no file or folder ${named}.`)
    if (!stat.isDirectory()) {
      found.push({ file: named, relativePath: path.basename(named) })
      continue
    }
    const root = path.resolve(named)
    const entries = await fs.promises.readdir(root, { recursive: true, withFileTypes: true })
    for (const entry of entries.filter((one) => one.isFile())) {
      const file = path.join(entry.parentPath, entry.name)
      // The folder's own name may be that of the model or of the evaluation.
      const relativePath = path.join(path.basename(root), path.relative(root, file))
      found.push({ file, relativePath: relativePath.split(path.sep).join('/') })
    }
  }
  if (found.length > LIMITS.plans) {
    throw new AppError(
      'invalid_input',
      `${found.length} files. Import at most ${LIMITS.plans} at once; name a part of the folder.`,
    )
  }
  return found.toSorted((a, b) => (a.relativePath < b.relativePath ? -1 : 1))
}

async function importFiles(paths: string[], options: ImportOptions, json: boolean): Promise<void> {
  const { studyId, ...context } = openStudy(options)
  const uploads = []
  for (const { file, relativePath } of await filesOf(paths)) {
    // An empty file of a folder holds no result; one that was named is an error.
    if (fs.statSync(file).size === 0 && !paths.includes(file)) continue
    const { uploadId } = await registerFile(context.config, file)
    uploads.push({ uploadId, relativePath })
  }
  const { model, unit } = options
  const given = parseOption(importResultsSchema, {
    uploads,
    ...(model === undefined ? {} : { model }),
    ...(unit === undefined ? {} : { unit }),
  })
  const done = await importResults(context, studyId, given, filesHere)
  if (json) printJson(done)
  else {
    for (const note of done.notes) say('Note', note)
    printRows(
      done.files.map(({ name, formatLabel, results }) => ({
        file: name,
        format: formatLabel,
        results,
      })),
      false,
    )
    sayUnmapped(context, studyId)
  }
  // The others are in; the exit code still tells that something is missing.
  if (done.failed.length > 0) throw new AppError('data_error', done.failed.join('\n'))
}

// The page and "results list" name them all.
const MOST_NAMED = 5

function sayUnmapped({ db }: ServiceContext, studyId: string): void {
  const open = listResults(db, studyId).models.filter(({ from }) => from === 'none')
  if (open.length === 0) return
  const names = open.slice(0, MOST_NAMED).map(({ source, model }) => `${model} (${source})`)
  const rest = open.length > names.length ? ` and ${open.length - names.length} more` : ''
  const all = `${names.join(', ')}${rest}`
  say('Models', `not said what they were trained on: ${all}. Use "results map".`)
}

const DIGITS = 6

function shown(result: StoredResult): Record<string, unknown> {
  const percent = percentOf(result)
  const { mapping } = result
  return {
    no: result.no,
    benchmark: [result.benchmark, result.subBenchmark].filter(Boolean).join(' / '),
    metric: result.metric,
    model: result.model,
    evolver: mapping.armKey,
    round: mapping.round,
    student: mapping.student,
    value: result.missing ?? result.written,
    unit: result.unit,
    percent: percent === null ? null : Number(percent.toPrecision(DIGITS)),
    n: result.n,
    attainable: result.attainable,
    source: result.source,
  }
}

function list(options: ListOptions, json: boolean): void {
  const { db, studyId } = openStudy(options)
  const all = listResults(db, studyId)
  const wanted = options.benchmark === undefined ? undefined : benchmarkKey(options.benchmark)
  const results = [...all.results, ...(options.paper ? publishedResults() : [])].filter(
    ({ benchmark }) => wanted === undefined || benchmarkKey(benchmark) === wanted,
  )
  if (options.csv !== undefined) {
    fs.writeFileSync(options.csv, stringify(tableRecords(resultsTable(results)), TABLE_CSV))
  }
  if (json) printJson({ ...all, results })
  else printRows(results.map(shown), false)
  if (options.csv !== undefined && !json) printLine(`Written: ${options.csv}`)
}

/** Writes the results into a folder, one file for each model, tool and date. */
function exportResults(options: ExportOptions): void {
  const { db, studyId } = openStudy(options)
  const { results } = listResults(db, studyId)
  const { files, left } = everyEvalEverFiles(results)
  if (files.length === 0) throw new AppError('invalid_input', 'There is no result with a value.')
  fs.mkdirSync(options.out, { recursive: true })
  for (const { name, content } of files) {
    fs.writeFileSync(path.join(options.out, name), `${JSON.stringify(content, null, 2)}\n`)
  }
  printLine(`Written: ${files.length} files in ${options.out}`)
  if (left > 0)
    say('Note', `${left} results without a value are left out; the format has no place for them.`)
}

function compare(numbers: readonly string[], options: OfStudy, json: boolean): void {
  const { db, studyId } = openStudy(options)
  const [a = NaN, b = NaN] = numbers.map(Number)
  const found = compareResults(db, studyId, { a, b })
  const { reasons, difference, unpairedP, paired } = found
  if (json) {
    printJson({ comparable: reasons.length === 0, ...found })
    return
  }
  for (const reason of reasons) say('Not', reason)
  if (difference === null) {
    if (reasons.length === 0) say('Not', 'One of them has no value in percent.')
    return
  }
  say('Difference', `${Number(difference.toPrecision(DIGITS))} percentage points`)
  if (unpairedP !== null) {
    const p = Number(unpairedP.toPrecision(DIGITS))
    say('Unpaired', `counts alone, as if the items were different ones: chi-square test p ${p}`)
  }
  if (paired === null) return
  const { n, onlyA, onlyB, unpaired, p } = paired
  const test = p === null ? 'no item tells them apart' : `p ${Number(p.toPrecision(DIGITS))}`
  say('McNemar', `${n} shared items, only the first ${onlyA}, only the second ${onlyB}: ${test}`)
  if (unpaired > 0) say('Note', `${unpaired} items are in one of them only`)
}

/** The export of a study by name or id; of several with one name the id is asked for. */
function exportOf({ db }: ServiceContext, studyId: string, named: string): string {
  const all = listExports(db, studyId)
  const found = all.filter(({ id, name }) => id === named || name === named)
  const [first, second] = found
  if (first && !second) return first.id
  const names = (first ? found : all).map(({ id, name }) => `${name} (${id})`).join(', ') || 'none'
  throw first
    ? new AppError('invalid_input', `Several exports are called "${named}". Give the id: ${names}.`)
    : new AppError('not_found', `There is no export "${named}" in this study. There are: ${names}.`)
}

function map(model: string, options: MapOptions, json: boolean): void {
  const { studyId, ...context } = openStudy(options)
  const { source, evolver, round, seedSet, student, size, tuning, temperature, writer } = options
  const known = listResults(context.db, studyId).models
  if (!known.some((one) => one.model === model && one.source === source)) {
    const names = known.map((one) => `"${one.model}" of ${one.source}`).join(', ') || 'none'
    throw new AppError('not_found', `No results of "${model}" (${source}). There are: ${names}.`)
  }
  const mapping = parseOption(resultModelSchema, {
    ...unknownModel(),
    armKey: evolver ?? null,
    round: round === undefined ? null : Number(round),
    seedSets: seedSet ?? [],
    student: student ?? null,
    size: size ?? null,
    tuning: tuning ?? null,
    temperature: temperature === undefined ? null : Number(temperature),
    writer: writer ?? null,
    subsetId: options.export === undefined ? null : exportOf(context, studyId, options.export),
  })
  mapModel(context.db, studyId, { source, model, mapping })
  const found = listResults(context.db, studyId).models
  const row = found.find((one) => one.model === model && one.source === source)
  if (json) printJson(row)
  else say('Mapped', `${model}: ${row?.results ?? 0} results`)
}

/** Adds `results import|list|export|map|compare`: what models trained on the data reached on benchmarks. */
export function addResultsCommand(program: Command): void {
  const { add, json } = addStudyGroup(
    program,
    'results',
    'benchmark results of models that were trained on the data',
  )
  add(
    'import <paths...>',
    'import result files or folders of evaluation tools, or a table with model, benchmark, metric, value',
  )
    .option('--model <name>', 'model of files that name none')
    .option(
      '--unit <unit>',
      `unit of a table without a unit column: ${RESULT_UNITS.slice(0, -1).join(', ')}`,
    )
    .addHelpText(
      'after',
      `\nFiles that are read:\n${RESULT_READERS.map(({ label, expects }) => `  ${label}: ${expects}`).join('\n')}`,
    )
    .action((paths: string[], options: ImportOptions) => importFiles(paths, options, json()))
  add('list', 'the results with their models')
    .option('--benchmark <name>', 'of this benchmark only')
    .option('--paper', "the numbers of the paper's tables too")
    .option('--csv <file>', 'also writes them, unrounded, with source, file and place')
    .action((options: ListOptions) => list(options, json()))
  add('export', 'writes the results as files of the common schema Every Eval Ever')
    .requiredOption('--out <folder>', 'folder to write into')
    .action((options: ExportOptions) => exportResults(options))
  add('map <model>', 'says what a model was trained on')
    .requiredOption('--source <format>', 'kind of file that names it, such as lm-eval or table')
    .option('--evolver <key>', 'evolver of the training data, or "seeds"')
    .option('--round <n>', 'round of the training data')
    .option('--seed-set <keys...>', 'seed sets of the training data')
    .option('--student <name>', 'base model that was trained')
    .option('--size <text>', 'its size, such as 8B')
    .option('--tuning <how>', 'full or lora')
    .option('--temperature <t>', 'temperature of the evolver')
    .option('--writer <name>', 'model that wrote the responses')
    .option('--export <name or id>', 'export that the model was trained on')
    .action((model: string, options: MapOptions) => map(model, options, json()))
  add(
    'compare <a> <b>',
    "difference of two results by their numbers in the list, with McNemar's test over shared items, or why there is none",
  ).action((a: string, b: string, options: OfStudy) => compare([a, b], options, json()))
}
