import { exclude, fullMask, type Mask } from '@/lib/columns/filter'
import { atomsOf, isOn, type Atom, type AtomOf, type Condition } from '@/lib/contracts/condition'
import { area } from './area'
import { saved } from './export'
import { marks } from './marks'
import { note } from './note'
import { operators } from './operators'
import { origin } from './origin'
import { outcome } from './outcome'
import { partner } from './partner'
import { range } from './range'
import { repeats } from './repeats'
import { response } from './response'
import { picked } from './rows'
import { similar } from './similar'
import { subset } from './subset'
import { regex, text } from './text'
import type { ConditionKind, Keep, Scope } from './types'
import { values } from './values'
import { words } from './words'

/** Every kind of condition; a new one is a file, a line here and its shape in lib/contracts/condition.ts. */
const KINDS: { [Is in Atom['is']]: ConditionKind<AtomOf<Is>> } = {
  range,
  values,
  partner,
  export: saved,
  subset,
  origin,
  operators,
  marks,
  text,
  note,
  response,
  rows: picked,
  words,
  regex,
  repeats,
  similar,
  area,
  outcome,
}

function kindOf<Is extends Atom['is']>(atom: { is: Is }): ConditionKind<AtomOf<Is>> {
  return KINDS[atom.is]
}

/** Clears what the condition does not keep. */
function keepAny(parts: readonly Keep[], mask: Mask, cell: Parameters<Keep>[1]): void {
  const kept = new Uint8Array(mask.length)
  for (const part of parts) {
    // Only rows that are in and not yet kept by an earlier part need a look.
    const open = mask.map((bit, row) => bit & (kept[row] === 1 ? 0 : 1))
    part(open, cell)
    for (let row = 0; row < kept.length; row++) if (open[row] === 1) kept[row] = 1
  }
  mask.set(kept)
}

/**
 * Returns what clears the rows of a cell that a condition does not keep. No condition in `all` keeps every row, none in
 * `any` keeps none. Throws `invalid_input` or `not_found` where a condition means nothing in this study.
 */
export function openCondition(scope: Scope, condition: Condition): Keep {
  if ('off' in condition || !isOn(condition)) return () => undefined
  if ('all' in condition) {
    const parts = condition.all.filter(isOn).map((part) => openCondition(scope, part))
    return (mask, cell) => {
      for (const part of parts) part(mask, cell)
    }
  }
  if ('any' in condition) {
    const parts = condition.any.filter(isOn).map((part) => openCondition(scope, part))
    return (mask, cell) => keepAny(parts, mask, cell)
  }
  if ('not' in condition) {
    const inner = openCondition(scope, condition.not)
    return (mask, cell) => {
      const kept = fullMask(mask.length)
      inner(kept, cell)
      exclude(mask, kept)
    }
  }
  return kindOf(condition).open(scope, condition)
}

/** Does ahead, giving way to other requests, what the conditions need of the texts themselves. */
export async function warmCondition(
  scope: Scope,
  condition: Condition,
  signal?: AbortSignal,
): Promise<void> {
  for (const atom of atomsOf(condition)) await kindOf(atom).warm?.(scope, atom, signal)
}
