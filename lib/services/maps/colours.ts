import type { Db } from '@/db/client'
import { collectValues } from '@/lib/columns/histogram'
import { wordsOf } from '@/lib/contracts/column-kinds'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { formatValue } from '@/lib/contracts/format'
import {
  LEFT_OUT,
  NO_GROUP,
  ORIGIN_COLOURS,
  type MapColours,
  type OriginColour,
} from '@/lib/contracts/map'
import { SEEDS_KEY, SEEDS_LABEL } from '@/lib/contracts/seeds'
import { carriesValue } from '@/lib/contracts/status'
import { packBytes } from '@/lib/figures/shared/tiles'
import { sortAscending } from '@/lib/stats/sort'
import { quantileSorted } from '@/lib/stats/summary'
import type { CellRef } from '../cells'
import { columnReader } from '../columns'
import { outputOf } from '../columns/describe'
import { selectRows, warmSelection } from '../rows/select'
import { getStudyDetail } from '../studies/detail'
import { mapPlaces } from '.'

// Shades that can be told apart, and colours of the project for kinds beside the one for all others.
const STEPS = 5
const KINDS = 6

type Group = Pick<MapColours['groups'][number], 'label' | 'armKey'>

/** What points are coloured by: the groups, and what says which one a row is in. */
interface Grouping extends Pick<MapColours, 'label' | 'palette'> {
  groups: Group[]
  of(cell: CellRef): (row: number) => number
}

const plain = (label: string): Group => ({ label, armKey: null })

function byOrigin(db: Db, studyId: string, by: OriginColour, cells: readonly CellRef[]): Grouping {
  const keyOf = (cell: CellRef) => {
    if (by === 'round') return String(cell.round)
    return by === 'arm' ? (cell.armKey ?? SEEDS_KEY) : cell.seedSetKey
  }
  const detail = getStudyDetail(db, studyId)
  const labels = new Map(
    (by === 'seedSet' ? detail.seedSets : detail.arms).map(({ key, label }) => [key, label]),
  )
  const keys = [...new Set(cells.map(keyOf))]
  if (by === 'round') keys.sort((a, b) => Number(a) - Number(b))
  const groups = keys.map((key): Group => {
    if (by === 'round') return plain(key === '0' ? SEEDS_LABEL : `Round ${key}`)
    const label = key === SEEDS_KEY && by === 'arm' ? SEEDS_LABEL : (labels.get(key) ?? key)
    return { label, armKey: by === 'arm' ? key : null }
  })
  const palette = ({ arm: 'arms', round: 'steps', seedSet: 'kinds' } as const)[by]
  return {
    label: ORIGIN_COLOURS[by],
    palette,
    groups,
    of: (cell) => {
      const group = keys.indexOf(keyOf(cell))
      return () => group
    },
  }
}

/** The most frequent words of a column, and all others together. */
function byWords(
  reader: ReturnType<typeof columnReader>,
  column: string,
  cells: readonly CellRef[],
): Omit<Grouping, 'label'> {
  const dictionary = reader.dictionary(column)
  const rowsOf = new Uint32Array((dictionary?.values.length ?? 0) + 1)
  for (const cell of cells) {
    const { values, status } = reader.read(column, cell)
    status.forEach((code, row) => {
      if (carriesValue(code)) rowsOf[values[row] as number]! += 1
    })
  }
  const present = (dictionary?.countWords(rowsOf) ?? []).filter(({ rows }) => rows > 0)
  present.sort((a, b) => b.rows - a.rows)
  const words = present.slice(0, KINDS).map(({ word }) => word)
  const hasMore = present.length > words.length
  // Of several tags, the most frequent decides.
  const groupOf = Uint8Array.from(rowsOf, (_, number) => {
    const value = dictionary?.valueOf(number)
    const own = value == null ? [] : wordsOf(value)
    const group = words.findIndex((word) => own.includes(word))
    if (group >= 0) return group
    return own.length > 0 ? words.length : NO_GROUP
  })
  return {
    palette: 'kinds',
    groups: [...words, ...(hasMore ? [`${present.length - words.length} others`] : [])].map(plain),
    of(cell) {
      const { values, status } = reader.read(column, cell)
      return (row) =>
        carriesValue(status[row] ?? 0) ? (groupOf[values[row] as number] as number) : NO_GROUP
    },
  }
}

/** Levels as they are, other numbers in fifths of the rows that have one. */
function byNumbers(
  reader: ReturnType<typeof columnReader>,
  column: string,
  cells: readonly CellRef[],
  levels: readonly string[] | null,
): Omit<Grouping, 'label'> {
  const parts = cells.map((cell) => ({ column: reader.read(column, cell), rows: null }))
  const ascending = sortAscending(collectValues(parts).values.slice())
  const cut = (k: number) => quantileSorted(ascending, k / STEPS)
  const inner = levels
    ? levels.slice(1).map((_, k) => k + 1.5)
    : [...new Set(Array.from({ length: STEPS - 1 }, (_, k) => cut(k + 1)))]
  const ends = [cut(0), ...inner, cut(STEPS)].map(formatValue)
  const names = levels ?? ends.slice(1).map((end, k) => `${ends[k]} to ${end}`)
  return {
    palette: 'steps',
    groups: ascending.length === 0 ? [] : names.map(plain),
    of(cell) {
      const { values, status, width } = reader.read(column, cell)
      return (row) => {
        const value = values[row * width] as number
        if (!carriesValue(status[row] ?? 0) || Number.isNaN(value)) return NO_GROUP
        const group = inner.findIndex((edge) => value < edge)
        return group < 0 ? inner.length : group
      }
    },
  }
}

/**
 * Returns the group of every point of a map, by where rows come from or by a column, and which points a filter keeps. Throws
 * `not_found` for an unknown map or column.
 */
export async function mapColours(
  db: Db,
  studyId: string,
  { mapId, by, filter }: { mapId: string; by: string; filter: RowFilter },
  signal?: AbortSignal,
): Promise<MapColours> {
  const placed = mapPlaces(db, studyId, mapId)
  const cells = placed.map(({ cell }) => cell)
  const reader = columnReader(db, studyId)
  let grouping: Grouping
  if (Object.hasOwn(ORIGIN_COLOURS, by)) {
    grouping = byOrigin(db, studyId, by as OriginColour, cells)
    await warmSelection(db, studyId, filter, [], signal)
  } else {
    const { label, levels = null } = outputOf(reader.sourceOf(by))
    // The column is read of all files, whatever the filter names.
    await warmSelection(db, studyId, emptyFilter(), [by], signal)
    await warmSelection(db, studyId, filter, [], signal)
    const rest = reader.dictionary(by)
      ? byWords(reader, by, cells)
      : byNumbers(reader, by, cells, levels)
    grouping = { label, ...rest }
  }
  const kept = selectRows(db, studyId, filter)
  const codes = new Uint8Array(cells.reduce((sum, { rowCount }) => sum + rowCount, 0))
  const counts = new Uint32Array(2 * LEFT_OUT)
  let at = 0
  for (const { cell, places } of placed) {
    const groupAt = grouping.of(cell)
    codes.fill(LEFT_OUT, at, at + cell.rowCount)
    for (const row of kept.get(cell.no) ?? []) codes[at + row] = 0
    for (let row = 0; row < cell.rowCount; row += 1, at += 1) {
      codes[at]! |= groupAt(row)
      if (!Number.isNaN(places[2 * row])) counts[codes[at] as number]! += 1
    }
  }
  const tally = (group: number) => {
    const inside = counts[group] as number
    return { rows: inside + (counts[group + LEFT_OUT] as number), kept: inside }
  }
  const { label, palette, groups } = grouping
  return {
    label,
    palette,
    groups: groups.map((group, k) => ({ ...group, ...tally(k) })),
    none: tally(NO_GROUP),
    packed: await packBytes(codes),
  }
}
