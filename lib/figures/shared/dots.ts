import type { FacetAxis, FigureSelection, PreparedCommon } from '../types'

/** One dot of a line: the number of one evolver. */
export interface DotMark {
  panel: string
  arm: string
  place: string
  value: number | null
  low: number | null
  high: number | null
  published: number | null
  /** What is said of the dot when it is pointed at. */
  detail: string
  selection: FigureSelection | null
}

/** What a figure of dots draws: panels of lines, one line a place. */
export interface DotsPrepared extends PreparedCommon {
  panels: (FacetAxis & { unit: string })[]
  marks: DotMark[]
  /** Keys of the lines of each panel, in the order in which they are drawn. */
  lines: Record<string, string[]>
  /** Names of the lines, where they differ from their keys. */
  placeNames: Record<string, string>
  /** Whether panels of one unit share their axis; own unless given. */
  axis?: 'own' | 'shared'
  overlay: { shown: boolean; source: string }
}
