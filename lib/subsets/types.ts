import type { Leak, RuleId, RuleOf, RuleText, Within } from '@/lib/contracts/subset'
import type { RowFilter } from '@/lib/contracts/filter'
import type { MarkKind } from '@/lib/contracts/rows'

/** One byte a row of the study, in file order: 1 = kept. */
export type Kept = Uint8Array

/** Numbers of a column over all rows of the study; NaN where the status byte carries no value. */
export interface RuleNumbers {
  values: Float64Array
  status: Uint8Array
}

/** Which group each row is in; -1 where it is in none, for `reason`. */
export interface RuleGroups {
  codes: Int32Array
  names: readonly string[]
  reason: string
}

/** A benchmark that rows are searched for. */
export interface RuleBenchmark {
  sha256: string
  name: string
  items: readonly string[]
}

/** What rules may ask of a study. All arrays have one entry a row, in file order. */
export interface RuleData {
  n: number
  numbers(column: string): RuleNumbers
  /** Groups by origin or by the values of a column. */
  groups(by: Within | (string & {})): RuleGroups
  /** Rows that a filter of the rows page keeps. */
  select(filter: RowFilter): Kept
  /** Rows with one of the marks or of the tags. */
  marked(kinds: readonly MarkKind[], tags: readonly string[]): Kept
  /** Visits the texts of the rows that are still in, some thousand between two stops. */
  texts(kept: Kept, which: RuleText, visit: (row: number, text: string) => void): Generator<void>
  /** Row of the study that a column of row numbers names for a row; -1 where there is none. */
  rowNamed(column: string): Int32Array
  benchmark(sha256: string): RuleBenchmark
  place(row: number): { cellId: string; idx: number }
}

/** What a rule has to say of its work, beside the rows it left. */
export interface Outcome {
  /** Reason -> rows left out because they have no value. */
  missing?: Record<string, number>
  notes?: string[]
  leaks?: Leak[]
}

/** A kind of rule. */
export interface Rule<Id extends RuleId> {
  label: string
  /** What it keeps, in one sentence. */
  description: string
  /** Clears rows of `kept`. Stops now and then, so that others have their turn and the work can be broken off. */
  apply(rule: RuleOf<Id>, kept: Kept, data: RuleData): Generator<void, Outcome>
}
