import { readdir, realpath, stat } from 'node:fs/promises'
import { extname, isAbsolute, join, sep, win32 } from 'node:path'
import { readNamed } from '@/lib/files'
import { contextOf, FormatError } from '../format-error'
import { ExactParser } from '../containers/json-exact'
import { ExactError } from '../containers/json-string'
import { roleOf } from '../shared/chat-roles'
import { CONTENT_KEYS, ROLE_KEYS } from '../shared/chat-turn'
import { isObject, own } from '../shared/column-path'
import { emptyMapping } from '../types'
import type { ChatRole, ChatTags, ColumnMapping, FormatId, JsonObject, JsonValue } from '../types'
import { columnsInForce, tagsInForce } from './converter'
import type { FactoryColumns, FactoryTags } from './converter'

const FILE = 'dataset_info.json'
const REMOTE_KEYS = ['hf_hub_url', 'ms_hub_url', 'om_hub_url', 'script_url', 'cloud_file_name']
const DATA_EXTENSIONS = new Set(['.json', '.jsonl', '.csv'])
// Far above any real list of data sets.
const MAX_BYTES = 8 << 20

/** One data set of a LLaMA-Factory folder. */
export interface DatasetEntry {
  name: string
  /** Absolute paths inside the folder; empty when the entry cannot be imported. */
  files: string[]
  /** Why there is nothing to import; null when there is. */
  reason: string | null
  formatId: FormatId | null
  mapping: ColumnMapping | null
}

/**
 * Returns the data sets that a folder's dataset_info.json lists. Entries on a hub, of a script or in a cloud are listed as not local; file
 * names that lead out of the folder are refused. Throws FormatError when the list itself cannot be read.
 */
export async function readDatasetInfo(folder: string): Promise<DatasetEntry[]> {
  const root = await realpath(/*turbopackIgnore: true*/ folder)
  const info = parseInfo(await readInfo(join(/*turbopackIgnore: true*/ root, FILE)))
  const entries: DatasetEntry[] = []
  for (const [name, entry] of Object.entries(info)) {
    entries.push(
      isObject(entry)
        ? await readEntry(root, name, entry)
        : refused(name, 'The entry is not an object.'),
    )
  }
  return entries
}

async function readInfo(path: string): Promise<string> {
  try {
    const { size } = await stat(/*turbopackIgnore: true*/ path)
    const named = { what: 'The list of data sets', maxBytes: MAX_BYTES }
    if (size <= MAX_BYTES) return (await readNamed(path, named)).toString('utf8')
  } catch (cause) {
    throw infoError('The list of data sets cannot be read.', `a file ${FILE} in the folder`, cause)
  }
  throw infoError('The list of data sets is larger than 8 MiB.', 'a list of data sets', undefined)
}

function parseInfo(text: string): JsonObject {
  try {
    const { value } = new ExactParser(text, {
      duplicateKeys: 'last',
      loneSurrogates: 'error',
      nul: 'keep',
      maxDepth: 64,
    }).parse()
    if (isObject(value)) return value
  } catch (cause) {
    if (!(cause instanceof ExactError)) throw cause
    throw new FormatError({
      file: FILE,
      row: null,
      byteOffset: Buffer.byteLength(text.slice(0, cause.at)),
      reason: cause.reason,
      problem: cause.problem,
      expected: cause.expected,
      context: contextOf(text, cause.at),
    })
  }
  throw infoError('The list of data sets is not an object.', 'an object: name -> entry', undefined)
}

async function readEntry(root: string, name: string, entry: JsonObject): Promise<DatasetEntry> {
  const remote = REMOTE_KEYS.find((key) => own(entry, key))
  if (remote) return refused(name, `Not local (${remote}); nothing is downloaded.`)
  const fileName = own(entry, 'file_name')
  if (typeof fileName !== 'string' || fileName === '')
    return refused(name, 'The entry names no file.')
  const pair = own(entry, 'ranking') === true ? pairProblem(block(entry, 'columns')) : null
  if (pair !== null) return refused(name, pair)
  const formatting = own(entry, 'formatting') ?? 'alpaca'
  const columns = columnsInForce(block(entry, 'columns'))
  const shape = shapeOf(formatting, columns, tagsInForce(block(entry, 'tags')))
  if (typeof shape === 'string') return refused(name, shape)
  const files = await resolveFiles(root, fileName)
  if (typeof files === 'string') return refused(name, files)
  return { name, files, reason: null, ...shape }
}

function block(entry: JsonObject, key: string): JsonObject | null {
  const value = own(entry, key)
  return isObject(value) ? value : null
}

function shapeOf(
  formatting: JsonValue,
  columns: FactoryColumns,
  tags: FactoryTags,
): { formatId: FormatId; mapping: ColumnMapping } | string {
  const { system, tools, kto_tag: label } = columns
  const shared = { ...emptyMapping(), system, tools, label }
  if (formatting === 'alpaca') {
    const { prompt, query, response, history } = columns
    if (prompt === null) return 'The entry maps no prompt column.'
    const mapping = { ...shared, instruction: prompt, input: query, output: response, history }
    return { formatId: 'alpaca', mapping }
  }
  if (formatting !== 'sharegpt' && formatting !== 'openai')
    return 'The entry has an unknown formatting.'
  if (columns.messages === null) return 'The entry maps no messages column.'
  const mapping = { ...shared, messages: columns.messages }
  if (formatting === 'openai') return { formatId: 'openai-messages', mapping }
  if (tags.role_tag === null || tags.content_tag === null)
    return 'The tags of the entry name no role_tag or no content_tag.'
  const formatId = tags.role_tag === 'role' ? 'openai-messages' : 'sharegpt'
  return { formatId, mapping: { ...mapping, tags: chatTags(tags) } }
}

/** Tags that say nothing beyond the usual names are left out, so that such an entry and its file map alike. */
function chatTags(tags: FactoryTags): ChatTags | null {
  const named: [string | null, ChatRole][] = [
    [tags.user_tag, 'user'],
    [tags.assistant_tag, 'assistant'],
    [tags.system_tag, 'system'],
    [tags.observation_tag, 'other'],
    [tags.function_tag, 'other'],
  ]
  const roles = named.flatMap(([name, role]): [string, ChatRole][] =>
    name !== null && roleOf(name, null) !== role ? [[name, role]] : [],
  )
  const isUsual = (key: string | null, usual: readonly string[]) =>
    key !== null && usual.includes(key)
  const role = isUsual(tags.role_tag, ROLE_KEYS) ? null : tags.role_tag
  const content = isUsual(tags.content_tag, CONTENT_KEYS) ? null : tags.content_tag
  if (roles.length === 0 && role === null && content === null) return null
  return { role, content, roles: Object.fromEntries(roles) }
}

/** Returns why preference data cannot be imported, null when it can: the answers stay beside the row under the names by which they are known. */
function pairProblem(columns: JsonObject | null): string | null {
  const isNamed = (key: string) => columns !== null && own(columns, key) === key
  return isNamed('chosen') && isNamed('rejected')
    ? null
    : 'Preference data is read only where its columns are named chosen and rejected.'
}

/** Returns the files that a file_name means, all inside the folder, or why there are none. */
async function resolveFiles(root: string, fileName: string): Promise<string[] | string> {
  const parts = fileName.split(/[\\/]/)
  if (
    isAbsolute(fileName) ||
    win32.isAbsolute(fileName) ||
    parts.includes('..') ||
    fileName.includes('\0')
  ) {
    return 'The file name leads out of the folder.'
  }
  const path = await inside(root, join(/*turbopackIgnore: true*/ root, ...parts))
  if (path === null) return 'The file is missing, or a link leads out of the folder.'
  if (!(await stat(/*turbopackIgnore: true*/ path)).isDirectory()) return [path]
  const files: string[] = []
  // The order inside a folder is not defined by LLaMA-Factory: by name, so that a second import is the same.
  for (const child of (await readdir(/*turbopackIgnore: true*/ path)).toSorted()) {
    const file = DATA_EXTENSIONS.has(extname(child))
      ? await inside(root, join(/*turbopackIgnore: true*/ path, child))
      : null
    if (file !== null) files.push(file)
  }
  return files.length > 0 ? files : 'The folder holds no data file.'
}

async function inside(root: string, path: string): Promise<string | null> {
  try {
    const real = await realpath(/*turbopackIgnore: true*/ path)
    return real === root || real.startsWith(root + sep) ? real : null
  } catch {
    return null
  }
}

function refused(name: string, reason: string): DatasetEntry {
  return { name, files: [], reason, formatId: null, mapping: null }
}

function infoError(problem: string, expected: string, cause: unknown): FormatError {
  return new FormatError(
    { file: FILE, row: null, byteOffset: null, reason: 'dataset_info', problem, expected },
    cause,
  )
}
