import type { Atom, Condition } from '@/lib/contracts/condition'

/** A condition joined with one on a row, which takes the place of another of its kind. */
export function withAtom(where: Condition | undefined, atom: Atom): Condition {
  const parts = where === undefined ? [] : 'all' in where ? where.all : [where]
  const others = parts.filter((part) => !('is' in part && part.is === atom.is))
  return { all: [...others, atom] }
}
