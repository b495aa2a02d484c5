import { isModelOfPaper, publishedArm, type PublishedPlace } from '@/lib/paper/published'
import type { FigureSeries, TableCell, TableColumn } from '../types'

/** How an own value stands beside a published one. */
interface Verdict {
  verdict: 'match' | 'differs' | 'not comparable'
  /** Why the two cannot be compared, or what decided; never empty. */
  reason: string
}

interface VerdictInput {
  own: number | null
  /** 95 % interval of the own value. */
  low: number | null
  high: number | null
  published: number
  ownModel: string | null
  /** null where the paper names none. */
  publishedModel: string | null
  /** What the model is called in the sentence: judge model, scoring model. */
  role: string
}

/**
 * Returns match or differs when both values come from the same model, and otherwise why they cannot be compared. The
 * prompts of Evolens are its own wording, which the reason says as well.
 */
export function verdictOf(input: VerdictInput): Verdict {
  const { own, low, high, published, ownModel, publishedModel, role } = input
  if (own === null) return { verdict: 'not comparable', reason: 'no own value yet' }
  if (publishedModel === null) {
    return { verdict: 'not comparable', reason: `the paper does not name its ${role}` }
  }
  if (!isModelOfPaper(ownModel, publishedModel)) {
    const who = ownModel === null ? 'unknown' : ownModel
    return {
      verdict: 'not comparable',
      reason: `other ${role}: ${who}, in the paper ${publishedModel}`,
    }
  }
  const inside = low !== null && high !== null && published >= low && published <= high
  return inside
    ? {
        verdict: 'match',
        reason: 'the published value lies in the 95 % interval; prompt wording is our own',
      }
    : {
        verdict: 'differs',
        reason: 'the published value lies outside the 95 % interval; prompt wording is our own',
      }
}

/** Returns the cell of a series as published numbers name it. */
export function publishedPlace(series: FigureSeries): PublishedPlace {
  return {
    seedSet: series.seedSetKey,
    rows: series.cellRows,
    round: series.round,
    arm: publishedArm(series.armClass),
  }
}

/** Columns of a table whose lines are of one cell each. */
export const CELL_COLUMNS: readonly TableColumn[] = [
  { key: 'seedSet', label: 'Seed set', unit: '' },
  { key: 'round', label: 'Round', unit: '' },
  { key: 'arm', label: 'Evolver', unit: '' },
]

/** Returns the table columns of an own value's 95 % interval, and of the published value beside it where it is shown. */
export function intervalColumns(unit: string, shown: boolean, pointsUnit = unit): TableColumn[] {
  const published = [
    { key: 'paper', label: 'Paper', unit },
    { key: 'difference', label: 'Own minus paper', unit: pointsUnit },
    { key: 'verdict', label: 'Verdict', unit: '' },
  ]
  return [
    { key: 'low', label: '95 % from', unit },
    { key: 'high', label: '95 % to', unit },
    ...(shown ? published : []),
  ]
}

/** Returns the cells of those published columns; empty where they are not shown. */
export function publishedCells(
  shown: boolean,
  input: Omit<VerdictInput, 'published'> & { published: number | null },
): Record<string, TableCell> {
  if (!shown) return {}
  const { own, published } = input
  if (published === null) return { paper: null, difference: null, verdict: null }
  const { verdict, reason } = verdictOf({ ...input, published })
  return {
    paper: published,
    difference: own === null ? null : own - published,
    verdict: `${verdict}: ${reason}`,
  }
}
