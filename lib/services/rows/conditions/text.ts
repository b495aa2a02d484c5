import { intersect } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import { findRows, warmFind } from '../../search'
import { matcherOf } from '../../search/matcher'
import type { ConditionKind } from './types'

type Searched = AtomOf<'text'> | AtomOf<'regex'>

function trimmed(atom: Searched): Searched {
  return atom.is === 'text' ? { ...atom, text: atom.text.trim() } : atom
}

const isEmpty = (atom: Searched) => atom.is === 'text' && atom.text.trim() === ''

/** Text as it stands, or a regular expression. */
function searched<A extends Searched>(): ConditionKind<A> {
  return {
    async warm({ db, cells }, atom, signal) {
      if (isEmpty(atom)) return
      const matcher = matcherOf(trimmed(atom))
      await warmFind(db, cells, matcher, signal)
    },
    open({ db }, atom) {
      if (isEmpty(atom)) return () => undefined
      const matcher = matcherOf(trimmed(atom))
      return (mask, cell) => intersect(mask, findRows(db, cell, matcher))
    },
  }
}

export const text = searched<AtomOf<'text'>>()
export const regex = searched<AtomOf<'regex'>>()
