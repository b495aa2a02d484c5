/** Returns the first row of the group that a row was joined to, shortening the way for the next look. */
export function rootOf(groups: Int32Array, row: number): number {
  let at = row
  while (groups[at] !== at) {
    groups[at] = groups[groups[at] as number] as number
    at = groups[at] as number
  }
  return at
}

/** Joins the groups of two rows, for which the earliest row stands; returns whether they were apart. */
export function joinGroups(groups: Int32Array, a: number, b: number): boolean {
  const [one, other] = [rootOf(groups, a), rootOf(groups, b)]
  groups[Math.max(one, other)] = Math.min(one, other)
  return one !== other
}
