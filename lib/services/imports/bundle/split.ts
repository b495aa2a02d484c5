import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { ParentPlace } from '@/lib/contracts/operators'
import { keySchema, LIMITS, roundSchema } from '@/lib/contracts/limits'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import type { PreviewRequest } from '@/lib/contracts/uploads'
import { pointerStep } from '@/lib/formats/containers/json-exact'
import { isObject } from '@/lib/formats/shared/column-path'
import { stringifyExact } from '@/lib/formats/shared/exact-json'
import type { JsonObject, JsonValue, Literals } from '@/lib/formats/types'
import { LINEAGE_KEY } from '../../alignments/recorded'
import { folderOf, removeUpload, saveUpload, type UploadsPlace } from '../uploads'
import { contradictsStatus, isOfTexts, KindOfValues } from './kind'
import { columnNames, contradiction, statedDefinition, type Recipe } from './recipe'
import { RESTORED_FILE, type Restored } from './restored'

/** One key of a row, its value, and where its numbers stand in `literals`. */
export interface Field {
  key: string
  value: JsonValue
  pointer: string
  literals: Literals | null
}

/** A row of an export and what the export says of it. */
export interface SaidRow {
  fields: Field[]
  said: JsonObject
}

/** Files that rows of one export may go to. */
const MAX_PLACES = LIMITS.plans
/** Characters that are written at once. */
const WRITE_CHARACTERS = 1 << 20
const STATUS = '_status'

/** Rows of one file of the study that the export was made from. */
class Place {
  readonly file: string
  rows = 0
  parents = 0
  operators = 0
  readonly cellsOfParents = new Set<string>()
  readonly kinds = new Map<string, KindOfValues>()
  readonly filled = new Set<string>()
  readonly sources = new Map<string, number>()
  #waiting: string[] = []
  #characters = 0

  constructor(
    folder: string,
    n: number,
    readonly seedSet: string,
    readonly arm: string | null,
    readonly round: number,
  ) {
    this.file = path.join(folder, String(n))
  }

  async write(line: string): Promise<void> {
    this.#waiting.push(line)
    this.#characters += line.length
    if (this.#characters >= WRITE_CHARACTERS) await this.flush()
  }

  async flush(): Promise<void> {
    await fs.appendFile(this.file, this.#waiting.join(''))
    this.#waiting = []
    this.#characters = 0
  }
}

function cellOf(id: JsonValue | undefined): string | null {
  return typeof id === 'string' ? id.replace(/:\d+$/, '') : null
}

/** Writes rows into one file for each file of the study that they came from. */
class Splitter {
  readonly places = new Map<string, Place>()
  /** Cell of the study that the export was made from -> where its rows go. */
  readonly #cells = new Map<string, Place>()
  /** Rows of pairs that are there: several pairs may be of one seed. */
  readonly #known = new Set<string>()
  /** Lines so far. */
  #rows = 0

  constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly keys: readonly string[] | null,
  ) {}

  #placeOf(said: JsonObject): Place {
    const { seed_set: set, evolver, round } = said
    const places = [keySchema.safeParse(set), keySchema.safeParse(evolver)]
    const [seedSet, arm] = places.map(({ data }) => data)
    const number = roundSchema.safeParse(round).data
    if (seedSet === undefined || arm === undefined || number === undefined)
      throw contradiction(this.name, `Row ${this.#rows} does not say where it belongs.`)
    const key = JSON.stringify([seedSet, arm, number])
    const known = this.places.get(key)
    if (known) return known
    if (this.places.size >= MAX_PLACES)
      throw contradiction(this.name, `Its rows belong to more than ${MAX_PLACES} files.`)
    const armKey = arm === SEEDS_KEY ? null : arm
    const made = new Place(this.folder, this.places.size, seedSet, armKey, number)
    this.places.set(key, made)
    return made
  }

  /** Adds the rows of one line; a row that a line before named already is left out. */
  async add(rows: readonly SaidRow[]): Promise<void> {
    this.#rows += 1
    for (const row of rows) {
      const { row_id: id } = row.said
      const isTwice = rows.length > 1 && typeof id === 'string' && this.#known.has(id)
      if (rows.length > 1 && typeof id === 'string') this.#known.add(id)
      if (!isTwice) await this.#add(row)
    }
  }

  async #add({ fields, said }: SaidRow): Promise<void> {
    const place = this.#placeOf(said)
    const cell = cellOf(said['row_id'])
    if (cell === null) throw contradiction(this.name, `Row ${this.#rows} has no row_id.`)
    if ((this.#cells.get(cell) ?? place) !== place)
      throw contradiction(this.name, `Row ${this.#rows} belongs to another file by its row_id.`)
    this.#cells.set(cell, place)
    place.rows += 1
    const parent = cellOf(said['parent_id'])
    if (parent !== null) {
      place.parents += 1
      place.cellsOfParents.add(parent)
    }
    if (typeof said['operator'] === 'string') place.operators += 1
    const { source_sha256: sha } = said
    if (typeof sha === 'string') place.sources.set(sha, (place.sources.get(sha) ?? 0) + 1)
    for (const key of this.keys ?? Object.keys(said)) this.#addValue(place, said, key)
    const own = fields.filter(({ key }) => key !== LINEAGE_KEY)
    const lineage = { key: LINEAGE_KEY, value: said, pointer: '', literals: null }
    const cells = [...own, lineage].map(
      ({ key, value, literals, pointer }) =>
        `${JSON.stringify(key)}:${stringifyExact(value, literals, pointer)}`,
    )
    await place.write(`{${cells.join(',')}}\n`)
  }

  #addValue(place: Place, said: JsonObject, key: string): void {
    const status = said[key + STATUS]
    if (isOfTexts(key)) return
    if (status === undefined && (this.keys === null || said[key] === undefined)) return
    const problem = contradictsStatus(said[key], status)
    if (problem !== null)
      throw contradiction(this.name, `Row ${this.#rows}, ${key.slice(0, 80)}: ${problem}.`)
    const kind = place.kinds.get(key) ?? new KindOfValues()
    kind.add(said[key])
    place.kinds.set(key, kind)
    if (status !== 'not_run') place.filled.add(key)
  }

  /** The file that most of a place's parents are in, where it is not the usual one. */
  parentOf({ cellsOfParents, arm, round, seedSet }: Place): ParentPlace | null {
    const found = [...cellsOfParents].flatMap((cell) => this.#cells.get(cell) ?? [])
    const [parent] = found
    if (found.length !== 1 || !parent || parent.seedSet !== seedSet) return null
    const isUsual =
      round <= 1 ? parent.arm === null : parent.arm === arm && parent.round === round - 1
    // Links form no circle: parents are in an earlier round.
    if (isUsual || (parent.arm !== null && parent.round >= round)) return null
    return { arm: parent.arm, round: parent.round }
  }

  get rows(): number {
    return this.#rows
  }
}

/** Throws where more rows came from a file than the recipe says were exported. */
function checkSources(name: string, recipe: Recipe, places: Iterable<Place>): void {
  for (const { sources, seedSet, round } of places) {
    for (const [sha256, rows] of sources) {
      const stated = recipe.sources
        .filter((one) => one.sha256 === sha256 && one.seed_set === seedSet && one.round === round)
        .reduce((sum, one) => sum + one.rows_exported, 0)
      if (rows > stated) {
        const what = `${rows} rows of ${seedSet}, round ${round}, are there, and recipe.yaml states ${stated}.`
        throw contradiction(name, what)
      }
    }
  }
}

function labelOf(recipe: Recipe | null, { sources, seedSet, round, arm }: Place): string {
  const source = recipe?.sources.find(
    (one) => one.seed_set === seedSet && one.round === round && sources.has(one.sha256),
  )
  return (source?.evolver || String(arm)).slice(0, LIMITS.label)
}

function columnsOf(name: string, recipe: Recipe | null, places: readonly Place[]) {
  const kinds = new Map<string, Set<string | null>>()
  for (const place of places)
    for (const key of place.filled) {
      const known = kinds.get(key) ?? new Set()
      kinds.set(key, known.add(place.kinds.get(key)?.kind ?? null))
    }
  const names = columnNames([...kinds.keys()], recipe)
  const columns: Restored['columns'] = []
  const left: string[] = []
  for (const [key, found] of kinds) {
    const all = [...found]
    // A file whose values happen to be few and short is read as the others are.
    const kind =
      all.length > 1 && all.every((one) => one === 'text' || one === 'category') ? 'text' : all[0]
    const isOne = kind === 'text' || all.length === 1
    const column = names.get(key) ?? key
    if (!kind || !isOne || column.length > LIMITS.sourceColumn) {
      left.push(column.slice(0, 80))
      continue
    }
    const card = recipe?.metric_cards.find((one) => one.column === key) ?? null
    const definition = card ? statedDefinition(card) : 'not known'
    columns.push({
      key,
      column,
      kind: kind as Restored['columns'][number]['kind'],
      definition,
      card,
    })
  }
  const notes =
    left.length === 0
      ? []
      : [`${name}: not read as columns, because their values have no one kind: ${left.join(', ')}.`]
  return { columns, notes }
}

function notesOf(place: Place, columns: Restored['columns'], isDefined: boolean): string[] {
  const counted =
    place.arm === null
      ? `${place.rows} seeds`
      : `${place.rows} rows, ${place.parents} with the parent and ${place.operators} with the operator that were recorded`
  const values = columns.map(({ column }) => column).join(', ')
  return [
    `Restored from an export of Evolens: ${counted}.`,
    ...(columns.length === 0
      ? []
      : [
          `Values become columns marked as imported, ${isDefined ? 'with the definitions that its recipe states' : 'without their definitions, because its recipe is not there'}: ${values}.`,
        ]),
  ]
}

/**
 * Returns the uploads that the rows of an export became, one for each file of the study that it was made from, and what was left out. A line of the
 * export is one row, or the rows of a pair. What the export says of a row goes along under a key of its own. Throws `data_error`, and leaves nothing behind, where its parts contradict each other.
 */
export async function splitRows(
  config: UploadsPlace,
  name: string,
  lines: AsyncIterable<readonly SaidRow[]>,
  recipe: Recipe | null,
  reading: Pick<PreviewRequest, 'format' | 'mapping'>,
): Promise<{ requests: PreviewRequest[]; notes: string[] }> {
  const folder = folderOf(config, randomUUID())
  const requests: PreviewRequest[] = []
  await fs.mkdir(folder, { recursive: true })
  try {
    const splitter = new Splitter(folder, name, recipe?.columns_written ?? null)
    for await (const rows of lines) await splitter.add(rows)
    const places = [...splitter.places.values()]
    const stated = recipe?.bundle?.rows_out ?? recipe?.rows_out ?? splitter.rows
    if (stated !== splitter.rows)
      throw contradiction(name, `It has ${splitter.rows} rows, and recipe.yaml states ${stated}.`)
    if (recipe) checkSources(name, recipe, places)
    const { columns: all, notes } = columnsOf(name, recipe, places)
    const isOneSet = new Set(places.map(({ seedSet }) => seedSet)).size === 1
    for (const place of places) {
      await place.flush()
      const { seedSet, arm, round } = place
      const label = arm === null ? null : labelOf(recipe, place)
      const parts = [
        ...(isOneSet ? [] : [seedSet]),
        arm ?? SEEDS_KEY,
        ...(arm === null ? [] : [`r${round}`]),
      ]
      const columns = all.filter(({ key }) => place.filled.has(key))
      const restored: Restored = {
        place: { seedSetKey: seedSet, seedSetLabel: seedSet, armKey: arm, armLabel: label, round },
        parent: splitter.parentOf(place),
        columns,
        notes: notesOf(place, columns, recipe !== null),
      }
      const file = `${name} ${parts.join(' ')}.jsonl`
      const { uploadId } = await saveUpload(config, file, createReadStream(place.file))
      requests.push({ uploadId, relativePath: file, ...reading })
      const target = path.join(folderOf(config, uploadId), RESTORED_FILE)
      await fs.writeFile(target, JSON.stringify(restored))
    }
    return { requests, notes }
  } catch (error) {
    for (const { uploadId } of requests) await removeUpload(config, uploadId)
    throw error
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

/** Returns the fields of an object, with the literals of the object that it stands in. */
export function fieldsOf(
  value: JsonValue | undefined,
  literals: Literals | null,
  at: string,
): Field[] {
  if (!isObject(value)) return []
  return Object.keys(value).map((key) => ({
    key,
    value: value[key] as JsonValue,
    pointer: at + pointerStep(key),
    literals,
  }))
}
