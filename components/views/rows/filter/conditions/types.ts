import type { ReactNode } from 'react'
import type { Atom, AtomOf } from '@/lib/contracts/condition'
import type { RowFilter } from '@/lib/contracts/filter'
import type { StudyDetail } from '@/lib/contracts/study'

/** What the fields of a condition know of the page. */
export interface EditorProps<A> {
  detail: StudyDetail
  filter: RowFilter
  atom: A
  onChange(atom: A): void
}

/** The fields of one kind of condition. */
export type Editor<Is extends Atom['is']> = (props: EditorProps<AtomOf<Is>>) => ReactNode
