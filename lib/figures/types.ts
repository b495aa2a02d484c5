import type { z } from 'zod'
import type { ARM_CLASSES } from '@/lib/contracts/study'

export type ArmClass = (typeof ARM_CLASSES)[number]

/** One metric column of one series, already cut to the rows that the filter keeps. */
export interface SeriesColumn {
  /** `width` numbers a row. */
  values: Float64Array | Float32Array
  status: Uint8Array
  width: number
  /** Hash of the definition that made the values; '' when the column needs no run. */
  definitionHash: string
  runId: string | null
  /** Model that made the values, as the card names it; null when there is none or it is unknown. */
  model: string | null
  /** Rows that the run has finished, of the rows it covers, in the whole cell. */
  done: number
  total: number
}

/** One cell of a study as a figure sees it. */
export interface FigureSeries {
  key: string
  seedSetKey: string
  seedSetLabel: string
  /** null = the seeds. */
  armKey: string | null
  armLabel: string
  armClass: ArmClass | null
  /** Index into the arm palette; an arm has one colour in the whole study. */
  colorIndex: number
  round: number
  cellId: string
  /** Rows after the filter. */
  n: number
  /** Rows of the cell before the filter. */
  cellRows: number
  columns: Record<string, SeriesColumn>
  /** Operator of each row as an index into names, 255 = unknown. */
  operators?: { codes: Uint8Array; names: readonly string[] }
}

/** What the shared code tells a figure about a column; copied from the metric's own description. */
export interface FigureColumnInfo {
  id: string
  label: string
  shortLabel: string
  unit: string
  levels: readonly string[] | null
  direction: 'higher' | 'lower' | 'none'
  directionMeans: string
  range: readonly [number, number] | null
}

export interface FigureData {
  series: readonly FigureSeries[]
  /** Column id -> description; a requested column that the study does not offer is absent. */
  columns: Record<string, FigureColumnInfo>
}

/** Rows that a mark stands for: becomes a filter of the rows page. */
export interface FigureSelection {
  /** Column to filter on; null = every row of the cells. */
  column: string | null
  min: number | null
  max: number | null
  /** Keep rows without a value too; with an empty range, only those. */
  missing?: boolean
  seedSetKey: string | null
  /** `seeds` = the seed rows; null = every arm. */
  armKey: string | null
  round: number | null
}

/** Rows of one series: how many have a value, and why the others do not. */
export interface SeriesCount {
  seriesKey: string
  label: string
  /** Drawing key of the arm: its key, or `seeds`. */
  arm: string
  seedSetKey: string
  round: number
  n: number
  valued: number
  /** Status name -> rows without a value. */
  missing: Record<string, number>
  done: number
  total: number
  runId: string | null
  definitionHash: string
}

/** Series of one column whose definitions differ: they share an axis only if the user says so. */
export interface FigureConflict {
  column: string
  label: string
  /** Whether all groups are drawn; otherwise only the first is. */
  mixed: boolean
  definitions: { hash: string; series: string[] }[]
}

/** An arm as it is drawn: one colour, marker and texture in every figure. */
export interface ArmMark {
  /** The arm's key, or `seeds`. */
  key: string
  label: string
  /** null = the seeds. */
  colorIndex: number | null
}

/** What every prepared figure holds besides its own drawing data. Plain JSON. */
export interface PreparedCommon {
  arms: ArmMark[]
  counts: SeriesCount[]
  conflicts: FigureConflict[]
  /** Sentences printed under the chart: what to keep in mind while reading it. */
  notes: string[]
}

export interface FacetAxis {
  key: string
  label: string
}

export interface TableColumn {
  key: string
  label: string
  unit: string
}

export type TableCell = string | number | null

/** The figure as numbers: shown as its text alternative and written as CSV. */
export interface FigureTable {
  columns: TableColumn[]
  rows: Record<string, TableCell>[]
  /** Parallel to rows: the rows behind a line, where there are any. */
  selections?: (FigureSelection | null)[]
}

/** One option as a form control; drawn from the figure's own schema. */
export interface OptionField {
  name: string
  title: string
  description: string
  kind: 'choice' | 'switch' | 'number'
  choices: { value: string; label: string }[]
  /** Set where column ids of the study are choices as well; the service adds those that the program has no name for. */
  ownColumns?: true
  min: number | null
  max: number | null
  step: number | null
  default: string | number | boolean
  /** Shown beside the title instead of in the menu. */
  inline: boolean
}

/** A figure as the browser knows it. */
export interface FigureMeta {
  id: string
  title: string
  description: string
  options: OptionField[]
  /** Whether the drawn bins or curves can be had as a table of their own. */
  hasDrawnValues: boolean
  /** Option and choice that draw the imported values of the study; absent where it has none. */
  imported?: { option: string; choice: string }
}

/** A figure of a study's list: whether it can show anything yet, and what it would need. */
export interface FigureListItem extends FigureMeta {
  available: boolean
  /** Measured metrics whose runs feed it. */
  needs: string[]
}

/** A run behind a figure, for its card. */
export interface FigureCard {
  runId: string
  definitionHash: string
  model: string | null
}

/** Everything that the browser needs to show one figure. */
export interface FigureResult {
  figure: FigureMeta
  /** Options with defaults filled in. */
  options: Record<string, unknown>
  prepared: PreparedCommon
  table: FigureTable
  reading: string
  altText: string
  cards: FigureCard[]
  /** Milliseconds since the epoch. */
  preparedAt: number
}

/** A figure: which columns it asks for, and everything that is drawn, as pure functions. */
export interface Figure<
  O extends Record<string, unknown> = Record<string, unknown>,
  P extends PreparedCommon = PreparedCommon,
> {
  id: string
  title: string
  /** One sentence: what it shows and how it is computed. */
  description: string
  /** Every field has a default, a title and a description; the JSON goes into the URL. */
  options: z.ZodType<O>
  /** Column ids wanted under these options. The first is the one that decides whether there is anything to draw. */
  columns(options: O): readonly string[]
  /** Whether prepare reads the operator of each row. */
  needsOperators?(options: O): boolean
  /** Pure; bins on the server, so that no row data reaches the browser. */
  prepare(data: FigureData, options: O): P
  table(prepared: P): FigureTable
  /** The drawn curves or bins, where the table only sums them up; a second CSV. */
  drawn?(prepared: P): FigureTable
  /** One sentence that says what the figure shows; '' when there is nothing to say. */
  reading(prepared: P): string
  altText(prepared: P): string
  example(): { data: FigureData; options: Partial<O> }
}

/** Types a figure's definition; the registry holds them all as Figure. */
export function defineFigure<O extends Record<string, unknown>, P extends PreparedCommon>(
  figure: Figure<O, P>,
): Figure & { readonly typed: Figure<O, P> } {
  return { ...(figure as unknown as Figure), typed: figure }
}
