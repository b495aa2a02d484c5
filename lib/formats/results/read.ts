import { parse } from 'csv-parse/sync'
import type { ResultUnit } from '@/lib/contracts/results'
import { AppError } from '@/lib/errors'
import { readNamed, streamNamed } from '@/lib/files'
import { sniffDelimiter } from '../containers/csv'
import { unexpected, type FileView } from './fields'
import { inspectArchive } from './inspect-archive'
import { decoded, decoder, notUtf8, parsedJson } from './json-text'
import { RESULT_READERS } from '.'
import type { JsonLine, ResultReader, ResultsRead, TableLine } from './types'

/** Sums of floating point numbers may end just outside the scale. */
const ROUNDING = 1e-9

/** A result file to read; plain data, so that another process can be asked. */
export interface ResultsTask extends FileView {
  path: string
  /** Unit of a table without a unit column. */
  unit: ResultUnit | null
}

/** Detailed results of a benchmark; what is larger holds predictions. */
const MAX_JSON_BYTES = 128 * 2 ** 20
/** Items with prompts and replies of the largest benchmarks. */
const MAX_LINES_BYTES = 2 ** 31
/** One item: a long prompt with its replies. */
const MAX_LINE_CHARS = 16 * 2 ** 20

async function wholeText(task: ResultsTask): Promise<string> {
  return decoded(task, await readNamed(task.path, { what: 'The file', maxBytes: MAX_JSON_BYTES }))
}

async function* textLines(task: ResultsTask): AsyncGenerator<string> {
  const reader = decoder()
  let rest = ''
  for await (const chunk of streamNamed(task.path, {
    what: 'The file',
    maxBytes: MAX_LINES_BYTES,
  })) {
    let text: string
    try {
      text = reader.decode(chunk, { stream: true })
    } catch {
      throw notUtf8(task)
    }
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE_CHARS) throw unexpected(task, 'a line', 'at most 16 MB', rest)
    yield* lines
  }
  yield rest
}

async function* jsonLines(task: ResultsTask): AsyncGenerator<JsonLine> {
  let line = 0
  for await (const text of textLines(task)) {
    line++
    if (text.trim() === '') continue
    yield { value: parsedJson(task, `line ${line}`, text), line }
  }
}

/** Markdown's bars as cells. */
function markdownCells(line: string): string[] {
  const bare = line.trim().replace(/^\|/, '').replace(/\|$/, '')
  return bare.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll(String.raw`\|`, '|'))
}

interface Records {
  record: string[]
  info: { lines: number }
}

function recordsOf(task: ResultsTask, text: string): Records[] {
  const lines = text.split(/\r\n|\n|\r/)
  const first = lines.find((line) => line.trim() !== '') ?? ''
  if (first.trim().startsWith('|')) {
    return lines.flatMap((line, at) =>
      line.trim() === '' || /^[\s|:-]+$/.test(line)
        ? []
        : { record: markdownCells(line), info: { lines: at + 1 } },
    )
  }
  try {
    return parse(text, {
      delimiter: sniffDelimiter(first) ?? ',',
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as Records[]
  } catch (error) {
    const at = (error as { lines?: number }).lines
    throw unexpected(
      task,
      at === undefined ? 'the table' : `line ${at}`,
      'quotes that close',
      error instanceof Error ? error.message : '',
    )
  }
}

function tableOf(task: ResultsTask, text: string): { header: string[]; lines: TableLine[] } {
  const [head, ...others] = recordsOf(task, text)
  const header = head?.record.map((name) => name.trim()) ?? []
  const twice = header.find((name, at) => header.indexOf(name) < at)
  if (twice !== undefined) throw unexpected(task, 'the header line', 'each column once', twice)
  const lines = others.map(({ record, info }) => {
    if (record.length !== header.length) {
      const expected = `${header.length} cells as in the header line (the file may be half written)`
      throw unexpected(task, `line ${info.lines}`, expected, record.length)
    }
    return {
      cells: Object.fromEntries(header.map((name, at) => [name, record[at] ?? ''])),
      line: info.lines,
    }
  })
  return { header, lines }
}

function noReader(task: ResultsTask, container: ResultReader['container']): AppError {
  const known = RESULT_READERS.filter((reader) => reader.container === container)
  const list = known.map(({ label, expects }) => `${label}: ${expects}`).join('; ')
  return new AppError(
    'data_error',
    `${task.name} is no result file that is known. Known are ${list}.`,
    {
      details: { file: task.name, reason: 'no_reader' },
    },
  )
}

function choose<C extends ResultReader['container']>(
  task: ResultsTask,
  container: C,
  fits: (reader: Extract<ResultReader, { container: C }>) => boolean,
): Extract<ResultReader, { container: C }> {
  const found = RESULT_READERS.find(
    (reader) =>
      reader.container === container && fits(reader as Extract<ResultReader, { container: C }>),
  )
  if (!found) throw noReader(task, container)
  return found as Extract<ResultReader, { container: C }>
}

async function readLines(task: ResultsTask): Promise<ResultsRead> {
  const lines = jsonLines(task)
  try {
    const first = await lines.next()
    if (first.done) throw noReader(task, 'lines')
    const reader = choose(task, 'lines', ({ fits }) => fits(first.value.value, task))
    const all = (async function* () {
      yield first.value
      yield* lines
    })()
    return { format: reader.id, results: await reader.read(all, task) }
  } finally {
    // The file is open until then, also where nobody read on.
    await lines.return(undefined)
  }
}

function readValue(task: ResultsTask, value: unknown): ResultsRead {
  const reader = choose(task, 'json', ({ fits }) => fits(value, task))
  return { format: reader.id, results: reader.read(value, task) }
}

async function readWhole(task: ResultsTask): Promise<ResultsRead> {
  const text = await wholeText(task)
  if (/\.json$/i.test(task.name)) {
    return readValue(task, parsedJson(task, 'the file', text))
  }
  const { header, lines } = tableOf(task, text)
  const reader = choose(task, 'table', ({ fits }) => fits(header, task))
  if (reader.endsLastLine && !/[\r\n]$/.test(text)) {
    const expected = 'a line break at the end: the file is half written (copy it again)'
    throw unexpected(task, 'the last line', expected, text.slice(-40))
  }
  return { format: reader.id, results: reader.read(lines, task, { unit: task.unit }) }
}

/** A share outside its scale is in another unit than its format or table says, or is no share. */
function checkShares(task: ResultsTask, results: ResultsRead['results']): void {
  for (const { value, unit, metric, written, place } of results) {
    if (value === null || (unit !== 'fraction' && unit !== 'percent')) continue
    const most = unit === 'fraction' ? 1 : 100
    if (value >= -ROUNDING && value <= most + ROUNDING) continue
    const expected = `a number from 0 to ${most}, as ${metric} is a share in the unit ${unit} (import a number on another scale as a table with its unit)`
    throw unexpected(task, place, expected, written)
  }
}

async function readByName(task: ResultsTask): Promise<ResultsRead> {
  if (/\.eval$/i.test(task.name)) return readValue(task, await inspectArchive(task, MAX_JSON_BYTES))
  return /\.(?:jsonl|ndjson)$/i.test(task.name) ? readLines(task) : readWhole(task)
}

/** Returns every number of a result file; throws `data_error` that names file, key and expectation. */
export async function readResultFile(task: ResultsTask): Promise<ResultsRead> {
  const read = await readByName(task)
  checkShares(task, read.results)
  if (read.results.length > 0) return read
  const { expects = '' } = RESULT_READERS.find(({ id }) => id === read.format) ?? {}
  throw unexpected(task, 'the file', `at least one number (${expects})`)
}
