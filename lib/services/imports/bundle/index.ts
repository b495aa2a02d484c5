import fs from 'node:fs/promises'
import path from 'node:path'
import type { PairChoice } from '@/lib/contracts/export'
import type { PreviewRequest } from '@/lib/contracts/uploads'
import { openRows } from '@/lib/formats/containers/open-rows'
import type { DatasetEntry } from '@/lib/formats/llama-factory/dataset-info'
import { joinPrompt } from '@/lib/formats/llama-factory/training-row'
import { inspectSource, readRows } from '@/lib/formats/read'
import type { DatasetPart } from '@/lib/formats/hub/splits'
import { isObject } from '@/lib/formats/shared/column-path'
import type {
  CanonicalRow,
  ColumnMapping,
  FormatId,
  JsonObject,
  JsonValue,
  RawRow,
} from '@/lib/formats/types'
import { restoreEntries } from '@/lib/formats/writers/export-row'
import type { UploadsPlace } from '../uploads'
import { rowsOfPair } from './pairs'
import { checkSums, contradiction, readRecipe } from './recipe'
import { fieldsOf, splitRows, type Field, type SaidRow } from './split'

/** Keys of the sidecar that belong to the row's own texts. */
const OWN = ['instruction', 'input', 'extra']

async function* flat<T>(batches: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const batch of batches) yield* batch
}

/** Returns whether a row of the data file holds the prompt that its line of the sidecar states. */
function isSamePrompt(row: CanonicalRow, instruction: string, input: string | null): boolean {
  const stated = joinPrompt(instruction, input)
  if (row.messages === null) return joinPrompt(row.instruction, row.input) === stated
  return row.messages.some(
    (message) =>
      isObject(message) &&
      Object.values(message).some((text) => text === stated || text === instruction),
  )
}

/** The fields of a row as they were before it became a training row: folded inputs apart, with the columns that training does not take. */
function restoredFields(row: CanonicalRow, entry: DatasetEntry, line: RawRow): Field[] {
  const { value, literals } = line
  const {
    instruction,
    input = null,
    extra,
  } = value as { instruction: string; input?: string | null; extra?: JsonValue }
  const { mapping } = entry
  const isFlat = row.messages === null
  const keys =
    isFlat && input === null ? row.keys.filter((key) => key !== mapping?.input) : row.keys
  const item = isFlat ? { ...row, instruction, input, keys: [...keys] } : row
  const own = restoreEntries({ row: item, mapping }).map((one) => ({
    ...one,
    literals: row.literals ?? null,
  }))
  const taken = new Set(own.map(({ key }) => key))
  return [...own, ...fieldsOf(extra, literals, '/extra').filter(({ key }) => !taken.has(key))]
}

async function* joined(
  entry: DatasetEntry,
  file: string,
  sidecar: string,
  pairsOf: PairChoice['of'] | null,
): AsyncGenerator<SaidRow[]> {
  const name = path.basename(sidecar)
  const { formatId, mapping } = entry
  if (formatId === null || mapping === null) return
  const side = await openRows({ path: sidecar, name })
  try {
    const lines = flat(side.batches)
    let n = 0
    for await (const read of flat(
      readRows({ path: file, name: path.basename(file) }, { formatId, mapping }),
    )) {
      n += 1
      const line = await lines.next()
      if (line.done) throw contradiction(name, `It ends before row ${n} of ${path.basename(file)}.`)
      if (line.value.error) throw line.value.error
      const { value } = line.value
      // Rows that do not fit were thrown.
      if (!read.ok) continue
      const input = isObject(value) ? (value['input'] ?? null) : null
      const isText = input === null || typeof input === 'string'
      if (!isObject(value) || typeof value['instruction'] !== 'string' || !isText)
        throw contradiction(name, `Row ${n} has no instruction.`)
      if (!isSamePrompt(read.row, value['instruction'], input))
        throw contradiction(
          name,
          `Row ${n} is of another instruction than in ${path.basename(file)}.`,
        )
      const said = Object.entries(value).filter(([key]) => !OWN.includes(key))
      const row = {
        fields: restoredFields(read.row, entry, line.value),
        said: Object.fromEntries(said) as JsonObject,
      }
      yield pairsOf === null ? [row] : rowsOfPair(pairsOf, row, mapping)
    }
    if (!(await lines.next()).done)
      throw contradiction(name, `It has more than the ${n} rows of ${path.basename(file)}.`)
  } finally {
    await side.close()
  }
}

/** Returns whether the lines of a sidecar are of two rows each. */
async function isOfPairs(sidecar: string): Promise<boolean> {
  const { batches, close } = await openRows({ path: sidecar, name: path.basename(sidecar) })
  try {
    for await (const { value } of flat(batches))
      return isObject(value) && Object.hasOwn(value, 'chosen_row_id')
    return false
  } finally {
    await close()
  }
}

/**
 * Returns the uploads that a data set of a LLaMA-Factory folder becomes where a sidecar of Evolens lies beside it: one for each file of the study that
 * it was exported from. A pair becomes the rows that it was made of. Null where there is no sidecar. Throws `data_error` where the parts contradict each other.
 */
export async function restoreBundle(
  config: UploadsPlace,
  folder: string,
  entry: DatasetEntry,
): Promise<{ requests: PreviewRequest[]; notes: string[] } | null> {
  const [file, another] = entry.files
  if (file === undefined || another !== undefined) return null
  const sidecar = file.replace(/\.json$/i, '.meta.jsonl')
  if (sidecar === file || !(await fs.lstat(sidecar).catch(() => null))?.isFile()) return null
  const recipe = await readRecipe(folder, entry.name)
  const pairsOf = recipe?.pairs?.of ?? null
  if (pairsOf === null && (await isOfPairs(sidecar))) {
    const note = `${entry.name}: the rows are pairs, and its recipe does not say of what, so lineage and metric values in the sidecar (.meta.jsonl) are not read.`
    return { requests: [], notes: [note] }
  }
  if (recipe) await checkSums(recipe, await fs.realpath(folder), [file, sidecar])
  const { formatId: format, mapping } = entry
  // The answers of a pair stand in other columns than those of its rows.
  const output = pairsOf === null || mapping?.messages ? {} : { output: 'output' }
  const reading = {
    format: format ?? undefined,
    mapping: mapping ? { ...mapping, ...output } : undefined,
  }
  const lines = joined(entry, file, sidecar, pairsOf)
  const { requests, notes } = await splitRows(config, entry.name, lines, recipe, reading)
  if (pairsOf === null) return { requests, notes }
  const note = `${entry.name}: the rows of its pairs go back to the files that they were in, each once; columns of their own that a pair does not hold are not there.`
  return { requests, notes: [note, ...notes] }
}

/** Names of the columns in which an export says where a row belongs and what was decided on it. */
const LINEAGE = [
  'row_id',
  'source_sha256',
  'study',
  'seed_set',
  'evolver',
  'round',
  'slot',
  'operator',
  'operator_source',
  'parent_id',
  'alignment',
  'alignment_confidence',
  'starred',
  'decision',
  'own_tags',
  'note',
]

/** Rows of tables in which lineage and values stand beside the rows' own columns. */
async function* apart(
  files: readonly string[],
  reading: { formatId: FormatId; mapping: ColumnMapping },
  added: ReadonlySet<string>,
): AsyncGenerator<SaidRow[]> {
  for (const file of files) {
    for await (const read of flat(readRows({ path: file, name: path.basename(file) }, reading))) {
      if (!read.ok) continue
      const { row } = read
      const fields = restoreEntries({ row, mapping: reading.mapping }).map((one) => ({
        ...one,
        literals: row.literals ?? null,
      }))
      const said = fields.filter(({ key }) => added.has(key))
      const own = fields.filter(({ key }) => !added.has(key))
      yield [{ fields: own, said: Object.fromEntries(said.map(({ key, value }) => [key, value])) }]
    }
  }
}

/**
 * Returns the uploads that a part of a data set folder becomes where Evolens wrote it with lineage; null for any other, and where the rows had columns of
 * those names themselves. Throws `data_error` where recipe and files contradict each other.
 */
export async function restorePart(
  config: UploadsPlace,
  folder: string,
  part: DatasetPart,
): Promise<{ requests: PreviewRequest[]; notes: string[] } | null> {
  const recipe = await readRecipe(folder, null)
  if (!recipe?.options?.lineage || recipe.pairs !== undefined) return null
  const files = part.files.map((file) => path.join(/*turbopackIgnore: true*/ folder, file))
  const [first] = files
  if (first === undefined) return null
  await checkSums(recipe, folder, files)
  const { detection } = await inspectSource({ path: first, name: path.basename(first) })
  const { formatId, mapping, keys } = detection
  const values = recipe.columns_written.flatMap((key) => [key, `${key}_status`])
  const added = new Set([...LINEAGE, ...values])
  if (formatId === null || !keys.includes('row_id')) return null
  // Rows without such a column of their own hold the added value under it, so that the two cannot be told apart.
  const taken = [...added].find((key) => keys.includes(`${key}_added`))
  if (taken !== undefined) {
    const note = `${part.name}: lineage and values are not read, because some rows have a column "${taken}" of their own.`
    return { requests: [], notes: [note] }
  }
  const reading = { format: formatId, mapping }
  return splitRows(
    config,
    recipe.data_set,
    apart(files, { formatId, mapping }, added),
    recipe,
    reading,
  )
}
