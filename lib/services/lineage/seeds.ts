import type { Db } from '@/db/client'
import { sortPermutation } from '@/lib/columns/sort'
import type { LineageGap, LineageSort } from '@/lib/contracts/lineage'
import type { RowFilter } from '@/lib/contracts/filter'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { toldBy } from '../alignments'
import { newestAlignment, type CellRef } from '../cells'
import { columnReader } from '../columns'
import { cachesOf } from '../columns/cache'
import { rowBySlot, slotsOfCell } from '../compare/slots'
import { sortColumn, sortNumber } from '../rows'
import { select, type Selection } from '../rows/select'

/** The rows of one file by the seed that they descend from. */
export interface SeedRows {
  cell: CellRef
  /** Seed of each row, -1 where none is known. */
  slots: Int32Array
  /** First row of each seed, -1 where there is none. */
  first: Int32Array
  /** Seed -> rows beyond the first; most seeds have none. */
  more: Map<number, number>
  /** Rows without a seed. */
  unlinked: number
}

/** Seeds in display order: entry k is number `ids[k]` of group `groups[k]`. */
export interface SeedList {
  /** Seed sets, then for each file its rows without a seed. */
  groups: readonly ({ seedSetKey: string; files: SeedRows[] } | { alone: SeedRows })[]
  group: Uint16Array
  ids: Int32Array
}

async function seedRows(db: Db, cell: CellRef): Promise<SeedRows> {
  const { slots, version } = await slotsOfCell(db, cell)
  return cachesOf(db).results.get(
    `seed-rows/${cell.no}`,
    version,
    (value: SeedRows) => value.first.byteLength + value.more.size * 16,
    () => {
      const first = rowBySlot(slots)
      const more = new Map<number, number>()
      let free = 0
      slots.forEach((slot, row) => {
        if (slot < 0) free++
        else if (first[slot] !== row) more.set(slot, (more.get(slot) ?? 0) + 1)
      })
      // Positions that hold no row have no seed either.
      const unlinked = free - cell.skipped.length
      return { cell, slots, first, more, unlinked }
    },
  )
}

/** Returns the rows of the files by their seeds, in the order of the files. */
export async function readSeedRows(db: Db, cells: readonly CellRef[]): Promise<SeedRows[]> {
  const read: SeedRows[] = []
  for (const cell of cells) read.push({ ...(await seedRows(db, cell)), cell })
  return read
}

function groupsOf(files: readonly SeedRows[]): SeedList['groups'] {
  const sets = [...new Set(files.map(({ cell }) => cell.seedSetKey))]
  return [
    ...sets.map((seedSetKey) => ({
      seedSetKey,
      files: files.filter(({ cell }) => cell.seedSetKey === seedSetKey),
    })),
    ...files.map((alone) => ({ alone })),
  ]
}

/** Every seed with a selected row, in the order of the seed sets, then the selected rows without a seed. */
function inOrder(groups: SeedList['groups'], selection: Selection): SeedList {
  const kept = new Map(selection.cells.map(({ cell, rows }) => [cell.no, rows]))
  const found: { group: number; ids: Int32Array }[] = []
  groups.forEach((group, k) => {
    if ('alone' in group) {
      const { slots, cell } = group.alone
      const ids = kept.get(cell.no)?.filter((row) => (slots[row] as number) < 0)
      if (ids && ids.length > 0) found.push({ group: k, ids })
      return
    }
    const hit = new Uint8Array(Math.max(0, ...group.files.map(({ first }) => first.length)))
    for (const { slots, cell } of group.files) {
      for (const row of kept.get(cell.no) ?? []) {
        const slot = slots[row] as number
        if (slot >= 0) hit[slot] = 1
      }
    }
    const ids = new Int32Array(hit.length)
    let n = 0
    hit.forEach((is, slot) => {
      if (is === 1) ids[n++] = slot
    })
    found.push({ group: k, ids: ids.slice(0, n) })
  })
  const total = found.reduce((sum, { ids }) => sum + ids.length, 0)
  const list = { groups, group: new Uint16Array(total), ids: new Int32Array(total) }
  let at = 0
  for (const { group, ids } of found) {
    list.group.fill(group, at, at + ids.length)
    list.ids.set(ids, at)
    at += ids.length
  }
  return list
}

/** Returns the row of a file that stands for entry k of a list, -1 where it has none. */
export function rowOf(list: SeedList, k: number, file: SeedRows): number {
  const group = list.groups[list.group[k] as number]
  const id = list.ids[k] as number
  if (!group || 'alone' in group) return id
  return file.first[id] ?? -1
}

/** Returns the files that may have rows of entry k of a list. */
export function filesOf(list: SeedList, k: number): readonly SeedRows[] {
  const group = list.groups[list.group[k] as number]
  if (!group) return []
  return 'alone' in group ? [group.alone] : group.files
}

/** Returns where in a list the seed of a row is, or the row itself where it has none; null where the list has neither. */
export function placeInList(
  { groups, group, ids }: SeedList,
  { cellId, idx }: { cellId: string; idx: number },
): number | null {
  const sought = groups.map((one) => {
    const file = 'alone' in one ? one.alone : one.files.find(({ cell }) => cell.id === cellId)
    if (file?.cell.id !== cellId) return -1
    const slot = file.slots[idx] ?? -1
    if ('alone' in one) return slot < 0 ? idx : -1
    return slot
  })
  const at = ids.findIndex((id, k) => sought[group[k] as number] === id)
  return at < 0 ? null : at
}

function sorted(db: Db, studyId: string, list: SeedList, sort: LineageSort): SeedList {
  const column = sortColumn(sort)
  const { groups } = list
  const n = list.ids.length
  const take = (order: (at: number) => number): SeedList => ({
    groups,
    group: list.group.map((_, at) => list.group[order(at)] as number),
    ids: list.ids.map((_, at) => list.ids[order(at)] as number),
  })
  if (column === null) return sort.descending ? take((at) => n - 1 - at) : list
  const reader = columnReader(db, studyId)
  const isStep = ({ cell }: SeedRows) =>
    (cell.armKey ?? SEEDS_KEY) === sort.arm && cell.round === sort.round
  const numbers = groups.map((group) => {
    const file = 'alone' in group ? group.alone : group.files.find(isStep)
    if (!file || !isStep(file)) return null
    return { file, of: sortNumber(reader, column, file.cell) }
  })
  const values = new Float64Array(n)
  for (let k = 0; k < n; k++) {
    const step = numbers[list.group[k] as number]
    const row = step ? rowOf(list, k, step.file) : -1
    values[k] = step && row >= 0 ? step.of(row) : Number.NaN
  }
  const order = sortPermutation(values, sort.descending)
  return take((at) => order[at] as number)
}

/** Returns the seeds of which a row passes the filter, in the order of the sort, then such rows without a seed; cached. Missing values come last. */
export function listSeeds(
  db: Db,
  studyId: string,
  files: readonly SeedRows[],
  filter: RowFilter,
  sort: LineageSort,
): SeedList {
  const selection = select(db, studyId, filter)
  const bytes = ({ ids }: SeedList) => ids.length * 6 + 64
  const cache = cachesOf(db).results
  const key = `lineage/${studyId}/${JSON.stringify(filter)}`
  const list = cache.get(key, selection.stamp, bytes, () => inOrder(groupsOf(files), selection))
  return cache.get(`${key}/${JSON.stringify(sort)}`, selection.stamp, bytes, () =>
    sorted(db, studyId, list, sort),
  )
}

/** Returns what is broken about the lineage of files: rows without a seed, seeds with several rows. */
export function gapsOf(db: Db, files: readonly SeedRows[]): LineageGap[] {
  return files.flatMap(({ cell, unlinked, more }) => {
    if (unlinked === 0 && more.size === 0) return []
    const alignment = newestAlignment(db, cell.no)
    const { id: cellId, seedSetKey, armKey, round } = cell
    return {
      cellId,
      seedSetKey,
      armKey,
      round,
      unlinked,
      repeated: more.size,
      rows: cell.rowCount - cell.skipped.length,
      reason: alignment ? toldBy(alignment).reason : null,
    }
  })
}
