import type { Db } from '@/db/client'
import type { Mask } from '@/lib/columns/filter'
import type { RowFilter } from '@/lib/contracts/filter'
import { AppError } from '@/lib/errors'
import type { CellRef } from '../../cells'
import type { ColumnReader } from '../../columns'

/** What conditions are evaluated on. */
export interface Scope {
  db: Db
  studyId: string
  reader: ColumnReader
  /** The study's current cells. */
  cells: readonly CellRef[]
  /** All the rest of the filter, for a condition that chooses among the rows which that keeps. */
  rest?: RowFilter
  /** Returns the rows of another filter, by cell. */
  select(filter: RowFilter): ReadonlyMap<number, Int32Array>
  /** Does ahead what `select` needs. */
  warm(filter: RowFilter, signal?: AbortSignal): Promise<void>
  /** Returns what changes whenever some filter of the study could give other rows. */
  stamp(): string
}

/** Returns the rest of the filter; throws `invalid_input` for a condition that does not stand beside it. */
export function restOf({ rest }: Scope, what: string): RowFilter {
  if (rest) return rest
  throw new AppError(
    'invalid_input',
    `${what} of this filter can be asked for beside its other conditions only, not inside of "or" and "not". Move the condition out, or ask for those of the whole study.`,
  )
}

/** Clears the rows of a cell that a condition does not keep. Reads the mask: rows that are out already need no look. */
export type Keep = (mask: Mask, cell: CellRef) => void

/** How one kind of condition is evaluated. */
export interface ConditionKind<Atom> {
  /** Does ahead, giving way to other requests, what `open` needs of texts or files. */
  warm?(scope: Scope, atom: Atom, signal?: AbortSignal): Promise<void>
  /** Returns what clears rows. Throws `invalid_input` where the condition means nothing in this study. */
  open(scope: Scope, atom: Atom): Keep
}
