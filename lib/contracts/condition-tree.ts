import { partsOf, type Atom, type Condition } from './condition'

/** A condition without the words around it: what is negated or switched off says so beside its core. */
export interface ShownCondition {
  isOff: boolean
  isNot: boolean
  core: Atom | { all: Condition[] } | { any: Condition[] }
}

/** Place of a condition: the number of each part on the way to it, not counting `not` and `off`. */
export type ConditionPath = readonly number[]

/** Returns a condition with its `not` and `off` beside it. */
export function unwrap(condition: Condition): ShownCondition {
  if ('off' in condition) return { ...unwrap(condition.off), isOff: true }
  if ('not' in condition) {
    const inner = unwrap(condition.not)
    return { ...inner, isNot: !inner.isNot }
  }
  return { isOff: false, isNot: false, core: condition }
}

/** Returns the condition that is shown so. */
export function wrap({ isOff, isNot, core }: ShownCondition): Condition {
  const inner: Condition = isNot ? { not: core } : core
  return isOff ? { off: inner } : inner
}

/** Returns a tree whose outermost condition is a group, so that conditions can be added to it. */
export function asGroup(where: Condition | undefined): Condition {
  if (!where) return { all: [] }
  return 'is' in unwrap(where).core ? { all: [where] } : where
}

/** Returns the conditions that must all hold, groups of "and" inside each other opened. */
export function andParts(condition: Condition): Condition[] {
  return 'all' in condition ? condition.all.flatMap(andParts) : [condition]
}

/** Returns a filter's tree with more conditions, all of which must hold. */
export function withConditions(where: Condition | undefined, ...added: Condition[]): Condition {
  const parts = where === undefined ? [] : 'all' in where ? where.all : [where]
  return { all: [...parts, ...added] }
}

function withParts(condition: Condition, parts: Condition[]): Condition {
  const shown = unwrap(condition)
  return wrap({ ...shown, core: 'any' in shown.core ? { any: parts } : { all: parts } })
}

/** Returns the parts of a group, whatever is around it; none for a single condition. */
export function shownParts(condition: Condition): Condition[] {
  return partsOf(unwrap(condition).core)
}

/**
 * Returns the condition at a place; undefined where there is none.
 * @internal
 */
export function conditionAt(root: Condition, path: ConditionPath): Condition | undefined {
  return path.reduce<Condition | undefined>((at, k) => (at ? shownParts(at)[k] : undefined), root)
}

/** Returns the tree with the parts of a group changed. */
function changeParts(
  root: Condition,
  group: ConditionPath,
  change: (parts: Condition[]) => Condition[],
): Condition {
  const [k, ...rest] = group
  const parts = shownParts(root)
  if (k === undefined) return withParts(root, change(parts))
  const part = parts[k]
  return part ? withParts(root, parts.with(k, changeParts(part, rest, change))) : root
}

/** Returns the tree with another condition at a place; null takes it out. */
export function replaceAt(root: Condition, path: ConditionPath, next: Condition | null): Condition {
  const k = path.at(-1)
  if (k === undefined) return next ?? { all: [] }
  return changeParts(root, path.slice(0, -1), (parts) =>
    next ? parts.with(k, next) : parts.toSpliced(k, 1),
  )
}

/** Returns the tree with one more condition, before the one at this place. */
export function insertAt(root: Condition, path: ConditionPath, added: Condition): Condition {
  return changeParts(root, path.slice(0, -1), (parts) =>
    parts.toSpliced(path.at(-1) ?? 0, 0, added),
  )
}

/** Returns the tree with a condition moved before the one at `to`, a place of the tree as it is; a group never into itself. */
export function moveTo(root: Condition, from: ConditionPath, to: ConditionPath): Condition {
  const moved = conditionAt(root, from)
  const isInside = from.every((k, at) => to[at] === k)
  if (!moved || from.length === 0 || to.length === 0 || isInside) return root
  const level = from.length - 1
  // What stands behind the taken condition in its group moves up by one.
  const isShifted =
    to.length > level &&
    from.slice(0, level).every((k, at) => to[at] === k) &&
    (to[level] as number) > (from[level] as number)
  const target = isShifted ? to.map((k, at) => (at === level ? k - 1 : k)) : to
  return insertAt(replaceAt(root, from, null), target, moved)
}

/** Returns the place before which a condition goes when it is moved one step up (-1) or down (1): into and out of groups. */
export function stepFrom(root: Condition, path: ConditionPath, step: 1 | -1): ConditionPath | null {
  const group = path.slice(0, -1)
  const k = path.at(-1)
  if (k === undefined) return null
  const next = conditionAt(root, [...group, k + step])
  if (!next) {
    const own = group.at(-1)
    if (own === undefined) return null
    return [...group.slice(0, -1), step === 1 ? own + 1 : own]
  }
  if ('is' in unwrap(next).core) return [...group, step === 1 ? k + 2 : k - 1]
  return [...group, k + step, step === 1 ? 0 : shownParts(next).length]
}

/** Returns every single condition with its place, in order. */
export function placedAtoms(
  condition: Condition,
  path: ConditionPath = [],
): { path: ConditionPath; condition: Condition }[] {
  if ('is' in unwrap(condition).core) return [{ path, condition }]
  return shownParts(condition).flatMap((part, k) => placedAtoms(part, [...path, k]))
}
