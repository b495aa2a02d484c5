import { Z_95 } from './intervals'

/** Distinct tags that so many rows are expected to have, with a 95 % interval; null where it is not known. */
export interface RarefactionPoint {
  rows: number
  expected: number
  low: number | null
  high: number | null
}

/** Tags by the number of rows that have them: how many tags are in just so many rows. */
export type TagFrequencies = ReadonlyMap<number, number>

/** Returns in how many of the rows each tag is, as frequencies; a row counts once for a tag. */
export function tagFrequencies(rowsOfTag: Iterable<number>): Map<number, number> {
  const found = new Map<number, number>()
  for (const rows of rowsOfTag) if (rows > 0) found.set(rows, (found.get(rows) ?? 0) + 1)
  return found
}

/** Distinct tags with those that were never seen, by the Chao2 estimator in its form without bias where no tag is in two rows. */
function chao2(frequencies: TagFrequencies, total: number, observed: number): number {
  const once = frequencies.get(1) ?? 0
  const twice = frequencies.get(2) ?? 0
  const unseen = twice > 0 ? once ** 2 / (2 * twice) : (once * (once - 1)) / 2
  return observed + ((total - 1) / total) * unseen
}

/**
 * Returns the expected number of distinct tags in samples of these sizes, drawn without replacement from `total` rows
 * (sample-based rarefaction, Mao tau), with the unconditional variance of Colwell et al. (2012), by which the curve is a sample of
 * a larger assemblage. Sizes ascend and do not exceed `total`.
 */
export function rarefaction(
  frequencies: TagFrequencies,
  total: number,
  sizes: readonly number[],
): RarefactionPoint[] {
  const observed = [...frequencies.values()].reduce((sum, tags) => sum + tags, 0)
  const estimated = chao2(frequencies, total, observed)
  // For each frequency: chance that no row of the sample has such a tag, kept up to date from size to size.
  const absent = [...frequencies].map(([rows, tags]) => ({ rows, tags, chance: 1 }))
  let at = 0
  return sizes.map((size) => {
    for (; at < size; at += 1) {
      for (const one of absent) one.chance *= Math.max(0, 1 - one.rows / (total - at))
    }
    let expected = 0
    let squares = 0
    for (const { tags, chance } of absent) {
      expected += tags * (1 - chance)
      squares += tags * (1 - chance) ** 2
    }
    if (estimated === 0 || total < 2) return { rows: size, expected, low: null, high: null }
    const half = Z_95 * Math.sqrt(Math.max(0, squares - expected ** 2 / estimated))
    return { rows: size, expected, low: Math.max(0, expected - half), high: expected + half }
  })
}
