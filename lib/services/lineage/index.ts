import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import {
  lineageSortSchema,
  MAX_LINEAGE_SEEDS,
  STEP_CHARACTERS,
  type LineagePage,
  type LineageSort,
  type LineageStep,
  type LineageStory,
} from '@/lib/contracts/lineage'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { AppError } from '@/lib/errors'
import { currentCells, newestAlignment, type CellRef } from '../cells'
import { listColumns } from '../columns'
import { warmList } from '../rows'
import { listItems } from '../rows/items'
import { getStudy } from '../studies'
import {
  filesOf,
  gapsOf,
  listSeeds,
  placeInList,
  readSeedRows,
  rowOf,
  type SeedRows,
} from './seeds'

/** What a page of the lineage grid shows. */
export interface LineageQuery {
  filter: RowFilter
  sort: LineageSort
  /** Column ids whose values are wanted. */
  columns: readonly string[]
  offset: number
  limit: number
  /** A row whose place in the list is wanted. */
  find?: { cellId: string; idx: number } | undefined
}

interface Wanted {
  cell: CellRef
  idx: number
  more: number
}

const linkSchema = z.object({
  parent: z.number(),
  confidence: z.number(),
  source: z.string().nullable(),
})

/** Parent, certainty and origin of the operator of a row under the newest alignment of its file. */
function linkReader(db: Db, cell: CellRef, cellIds: ReadonlyMap<number, string>) {
  const alignment = newestAlignment(db, cell.no)
  const statement = hotRead(db, {
    why: 'once a row of a page',
    sql: 'select parent_idx as parent, confidence, operator_source as source from links where alignment_no = ? and child_idx = ?',
    row: linkSchema,
  })
  const parentId = alignment?.parentCellNo == null ? undefined : cellIds.get(alignment.parentCellNo)
  return (idx: number) => {
    const link = alignment ? statement.get(alignment.no, idx) : undefined
    return {
      parent: link && parentId !== undefined ? { cellId: parentId, idx: link.parent } : null,
      confidence: link?.confidence ?? null,
      operatorSource: link?.source ?? null,
    }
  }
}

function stepsOf(
  db: Db,
  studyId: string,
  wanted: readonly Wanted[],
  columns: readonly string[],
  characters: number,
): Map<string, LineageStep> {
  // One more than is shown tells whether a text was cut.
  const items = listItems(db, studyId, wanted, columns, characters + 1)
  const cellIds = new Map(currentCells(db, studyId).map(({ no, id }) => [no, id]))
  const read = new Map<string, ReturnType<typeof linkReader>>()
  const asked = new Map(wanted.map((one) => [`${one.cell.id}.${one.idx}`, one]))
  const cut = (text: string | null) => (text === null ? null : text.slice(0, characters))
  return new Map(
    items.flatMap((item) => {
      const key = `${item.cellId}.${item.idx}`
      const one = asked.get(key)
      if (!one) return []
      let link = read.get(item.cellId)
      if (!link) read.set(item.cellId, (link = linkReader(db, one.cell, cellIds)))
      const step: LineageStep = {
        ...item,
        ...link(item.idx),
        more: one.more,
        isCut: item.instruction.length > characters,
        instruction: item.instruction.slice(0, characters),
        input: cut(item.input),
        response: cut(item.response),
      }
      return [[key, step] as const]
    }),
  )
}

/**
 * Returns one page of seeds with the rows that descend from them: those of which a row passes the filter, then the rows without a
 * seed that pass. Every step of a seed is there, whatever the filter. Throws `not_found` for an unknown column.
 */
export async function lineagePage(
  db: Db,
  studyId: string,
  query: LineageQuery,
  signal?: AbortSignal,
): Promise<LineagePage> {
  const started = performance.now()
  await warmList(db, studyId, query, signal)
  const files = await readSeedRows(db, inPlaceOrder(currentCells(db, studyId)))
  const list = listSeeds(db, studyId, files, query.filter, query.sort)
  const all = listSeeds(db, studyId, files, emptyFilter(), lineageSortSchema.parse({}))
  const last = Math.min(list.ids.length, query.offset + Math.min(query.limit, MAX_LINEAGE_SEEDS))
  const wanted: Wanted[][] = []
  for (let k = query.offset; k < last; k++) {
    const found = filesOf(list, k).map((file) => {
      const idx = rowOf(list, k, file)
      return { cell: file.cell, idx, more: file.more.get(file.slots[idx] ?? -1) ?? 0 }
    })
    wanted.push(found.filter(({ idx }) => idx >= 0))
  }
  const steps = stepsOf(db, studyId, wanted.flat(), query.columns, STEP_CHARACTERS)
  return {
    total: list.ids.length,
    outOf: all.ids.length,
    offset: query.offset,
    seeds: wanted.map((rows, k) => {
      const group = list.groups[list.group[query.offset + k] as number]
      const isSeed = group !== undefined && !('alone' in group)
      return {
        seedSetKey: rows[0]?.cell.seedSetKey ?? '',
        slot: isSeed ? (list.ids[query.offset + k] as number) : null,
        steps: rows.flatMap(({ cell, idx }) => steps.get(`${cell.id}.${idx}`) ?? []),
      }
    }),
    foundAt: query.find ? placeInList(list, query.find) : null,
    gaps: gapsOf(db, files),
    serverMs: Math.round((performance.now() - started) * 10) / 10,
  }
}

/** Seeds first, then by evolver and round. */
function inPlaceOrder(cells: readonly CellRef[]): CellRef[] {
  const arms = [...new Set(cells.map(({ armKey }) => armKey))]
  const place = ({ armKey, round }: CellRef) =>
    armKey === null ? -1 : arms.indexOf(armKey) * 10_000 + round
  return [...cells].sort((a, b) => place(a) - place(b))
}

function rowsAt({ slots, cell }: SeedRows, slot: number): Wanted[] {
  const found: Wanted[] = []
  for (let idx = slots.indexOf(slot); idx >= 0; idx = slots.indexOf(slot, idx + 1)) {
    found.push({ cell, idx, more: 0 })
  }
  return found
}

/**
 * Returns every row that descends from one seed, with whole texts and the values of the given columns (none given: those that are
 * shown by default). Throws `not_found` where neither the seed nor a row of it is there.
 */
export async function lineageStory(
  db: Db,
  studyId: string,
  seed: { seedSetKey: string; slot: number },
  columns?: readonly string[],
): Promise<LineageStory> {
  getStudy(db, studyId)
  const cells = currentCells(db, studyId).filter((cell) => cell.seedSetKey === seed.seedSetKey)
  const files = await readSeedRows(db, inPlaceOrder(cells))
  const wanted = files.flatMap((file) => rowsAt(file, seed.slot))
  if (wanted.length === 0) {
    const sets = [...new Set(currentCells(db, studyId).map(({ seedSetKey }) => seedSetKey))]
    throw new AppError(
      'not_found',
      `No row descends from seed ${seed.slot} of "${seed.seedSetKey}". Seeds are counted from 0; seed sets here: ${sets.join(', ')}.`,
    )
  }
  const shown =
    columns ?? listColumns(db, studyId).flatMap(({ id, isDefault }) => (isDefault ? id : []))
  const steps = stepsOf(db, studyId, wanted, shown, Number.MAX_SAFE_INTEGER - 1)
  return {
    ...seed,
    hasSeed: wanted.some(({ cell }) => cell.armKey === null),
    steps: [...steps.values()],
  }
}
