import { partsOf, type Atom, type Condition } from '@/lib/contracts/condition'
import { withConditions } from '@/lib/contracts/condition-tree'

/** A condition joined with one on a row, which takes the place of another of its kind. */
export function withAtom(where: Condition | undefined, atom: Atom): Condition {
  const parts = partsOf(withConditions(where))
  return withConditions(
    { all: parts.filter((part) => !('is' in part && part.is === atom.is)) },
    atom,
  )
}
