import type { z } from 'zod'
import type {
  FigureCard,
  FigureDrawing,
  FigureQuestion,
  FigureTable,
  PreparedCommon,
} from '@/lib/contracts/figure'
import type { LineageStory, SeedPlace } from '@/lib/contracts/lineage'
import type { SetOutput, SetRecord } from '@/lib/contracts/measure'
import type { PromptInfo } from '@/lib/contracts/prompts'
import type { StoredResult } from '@/lib/contracts/results'
import type { ARM_CLASSES } from '@/lib/contracts/study'
import type { Scratch } from '@/lib/stats/scratch'
import type { Counts, Tile } from './shared/tiles'

export type {
  ArmMark,
  FigureCard,
  FigureConflict,
  FigureListItem,
  FigureMeta,
  FigureResult,
  FigureSelection,
  FigureTable,
  PreparedCommon,
  SeriesCount,
  TableCell,
  TableColumn,
} from '@/lib/contracts/figure'
export type { OptionField } from '@/lib/contracts/options'

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
  /**
   * Returns the rows with a drawable number at an entry of the column, ascending by it; there where it is known without
   * sorting. Read through `orderOf`.
   */
  order?(entry: number): Uint32Array
  /** Rows that the run has finished, of the rows it covers, in the whole cell. */
  done: number
  total: number
  /** Measures of a set: the numbers of the whole cell. Null while they are not computed. */
  record?: SetRecord | null
}

/** Where the rows of a series come from. */
export interface SeriesLineage {
  /** Seed slot of each row, -1 where it is not known; within the seed set. */
  slots: Int32Array
  /** Column id -> value and status of each row's parent, and what made them. Empty where the parents are not here. */
  parents: Record<string, Pick<SeriesColumn, 'values' | 'status' | 'definitionHash'>>
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
  lineage?: SeriesLineage
  /** Export id -> one byte a row: 1 where the row is in the saved export. */
  members?: Record<string, Uint8Array>
}

/** What the shared code tells a figure about a column; copied from the metric's own description. */
export interface FigureColumnInfo {
  id: string
  label: string
  shortLabel: string
  unit: string
  levels: readonly string[] | null
  /** Words that the column's numbers stand for: those of each number, as places in `names`. */
  words?: { names: readonly string[]; of: readonly (readonly number[])[] }
  direction: 'higher' | 'lower' | 'none'
  directionMeans: string
  range: readonly [number, number] | null
  /** Values of whole cells whose rows are not known: no filter, brush or click leads to rows. */
  isPool?: boolean
  /** Measures of a set: the numbers that the cells have. */
  sets?: readonly SetOutput[]
}

export interface FigureData {
  /** Formulas among the columns, with the runs that they read. */
  formulas?: readonly { name: string; text: string; hash: string; runs: readonly FigureCard[] }[]
  series: readonly FigureSeries[]
  /** Column id -> description; a requested column that the study does not offer is absent. */
  columns: Record<string, FigureColumnInfo>
  /**
   * Returns for each of several columns the places of rows in ascending order of their numbers, of equal ones the first
   * first, without sorting; null, or absent, where the order is not known. `placeOf` has a place for each row of the
   * series one after another, -1 for none.
   */
  sorted?(
    series: readonly FigureSeries[],
    columnIds: readonly string[],
    placeOf: Int32Array,
    scratch: Scratch,
  ): Int32Array[] | null
  /** Benchmark results of the study, where the figure asks for them; the filter of rows does not touch them. */
  results?: FigureResults
  /** Saved exports as sets of rows, in the order asked for: rows that were written, and that its filter keeps now. */
  exports?: readonly { id: string; name: string; written: number; rows: number }[]
  /** Single seeds with all that descends from them, where the figure asks for them. */
  cases?: FigureCases
  /** Prompts with the uses of the study, where the figure asks for them. */
  prompts?: readonly PromptInfo[]
}

/** Single seeds as a figure sees them; the steps hold the values of the figure's columns. */
export interface FigureCases {
  stories: readonly LineageStory[]
  arms: FigureResults['arms']
  seedSets: readonly FacetAxis[]
  /** Runs behind the values. */
  runs: readonly FigureCard[]
}

/** Benchmark results as a figure sees them. */
export interface FigureResults {
  own: readonly StoredResult[]
  /** The study's evolvers, which models are said to be trained on. */
  arms: readonly { key: string; label: string; armClass: ArmClass; colorIndex: number }[]
  seedSets: readonly FacetAxis[]
  /** Names of the exports that models were trained on, with their rows. */
  exports: readonly { id: string; name: string; rows: number }[]
}

export interface FacetAxis {
  key: string
  label: string
}

/** Where the rows of each series are counted in what a figure draws: the layout of a tile. */
export interface RowPlaces extends Omit<Tile, 'counts'> {
  /** Returns what counts a row in its places, or null where the series is not drawn. */
  of(series: FigureSeries): ((row: number, counts: Counts) => void) | null
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
  /** Which drawing takes what prepare returns. */
  drawing: FigureDrawing
  /** The question under which the figures page has it. */
  question: FigureQuestion
  /** Every field has a default, a title and a description; the JSON goes into the URL. */
  options: z.ZodType<O>
  /** Column ids wanted under these options. The first is the one that decides whether there is anything to draw. */
  columns(options: O): readonly string[]
  /** Whether prepare reads the operator of each row. */
  needsOperators?(options: O): boolean
  /** Ids of the saved exports whose rows prepare reads. */
  exports?(options: O): readonly string[]
  /** Whether prepare reads the benchmark results of the study. */
  needsResults?: boolean
  /** Whether prepare reads the prompts and what of the study used them. */
  needsPrompts?: boolean
  /** Whether prepare reads seed slots and the values of parents. */
  needsLineage?(options: O): boolean
  /** The seeds whose stories prepare reads in place of columns; none = the first that the filter leaves. */
  needsCases?(options: O): readonly SeedPlace[]
  /** Pure; bins on the server, so that no row data reaches the browser. */
  prepare(data: FigureData, options: O): P
  table(prepared: P): FigureTable
  /** The drawn curves or bins, where the table only sums them up, or results that do not fit; a second CSV. */
  drawn?(prepared: P): FigureTable
  /** What the browser gets of prepared, where that is finer than a screen shows; tables and texts are made before. */
  sent?(prepared: P): PreparedCommon
  /** What `places` and `brushAxis` read of prepare's output, where that is much less work. */
  layout?(data: FigureData, options: O): P
  /** Which of the drawn counts each row is in, for brushes of other figures; null where these options have none. */
  places?(data: FigureData, prepared: P, options: O): RowPlaces | null
  /** The x axis on which a range of rows can be marked; null where it stands for no column of rows. */
  brushAxis?(prepared: P): { column: string; edges: readonly number[] } | null
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
