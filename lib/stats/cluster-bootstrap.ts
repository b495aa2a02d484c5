import { createRandom, type Random } from './random'

/** Columns of one number a cluster; strata one after another. */
export interface ClusterColumns {
  /** How many clusters each stratum has. */
  strata: readonly number[]
  columns: readonly Float64Array[]
}

/** Sums of each column over each resample: [stratum][column][resample]. */
export type ResampledSums = Float64Array[][]

/** How clusters are resampled. */
export type ResamplingMethod = 'multinomial' | 'weights'

// About 1.5 s of one core for ten columns; beyond it drawing with replacement would take longer than a page waits.
const MULTINOMIAL_CLUSTERS = 5_000

/** Returns the method that a number of clusters gets: drawing with replacement, or a random weight for each cluster. */
export function resamplingMethod(clusters: number): ResamplingMethod {
  return clusters <= MULTINOMIAL_CLUSTERS ? 'multinomial' : 'weights'
}

function emptySums({ strata, columns }: ClusterColumns, resamples: number): ResampledSums {
  return strata.map(() => columns.map(() => new Float64Array(resamples)))
}

function* drawWithReplacement(
  { strata, columns }: ClusterColumns,
  resamples: number,
  random: Random,
): Generator<void, ResampledSums> {
  const sums = emptySums({ strata, columns }, resamples)
  const chosen = strata.map((size) => new Int32Array(size))
  for (let b = 0; b < resamples; b += 1) {
    let first = 0
    for (const [s, drawn] of chosen.entries()) {
      const size = drawn.length
      for (let i = 0; i < size; i += 1) drawn[i] = first + random.below(size)
      first += size
      const own = sums[s] as Float64Array[]
      for (const [c, column] of columns.entries()) {
        let sum = 0
        for (let i = 0; i < size; i += 1) sum += column[drawn[i] as number] as number
        const total = own[c] as Float64Array
        total[b] = sum
      }
    }
    yield
  }
  return sums
}

// Clusters that share a word of random bits, and those that share a table of sums.
const WORD = 32
const BYTE = 8
const PATTERNS = 1 << BYTE
// The share of high weights, 9/32 = 0.01001 in binary: five words make one word of such bits. With mean 1 and variance
// 1 its third central moment is 0.973; that of drawing with replacement is 1 (0.2764 would give 1: Mammen, 1993).
const HIGH_SHARE = 9 / 32
const HIGH = 1 + Math.sqrt((1 - HIGH_SHARE) / HIGH_SHARE)
const LOW = 1 - Math.sqrt(HIGH_SHARE / (1 - HIGH_SHARE))

/** Fills words whose bits are 1 with probability 9/32, independently; `drawn` takes the five random words of each. */
function fillBits(words: Uint32Array, drawn: Uint32Array, random: Random): void {
  random.fill(drawn)
  for (let b = 0, i = 0; b < words.length; b += 1, i += 5) {
    const three = (drawn[i] as number) & (drawn[i + 1] as number) & (drawn[i + 2] as number)
    words[b] = (three | (drawn[i + 3] as number)) & (drawn[i + 4] as number)
  }
}

// Two columns share the look at the random bits: their tables alternate, entry by entry.
const LANES = 2
const TABLE = LANES * PATTERNS

/** Writes the sum of the chosen ones of eight entries for each of the 256 choices, from a place of the tables on. */
function fillTable(
  tables: Float64Array,
  place: number,
  column: Float64Array,
  from: number,
  end: number,
): void {
  for (let pattern = 1; pattern < PATTERNS; pattern += 1) {
    const lowest = pattern & -pattern
    const at = from + (31 - Math.clz32(lowest))
    const rest = tables[place + LANES * (pattern ^ lowest)] as number
    tables[place + LANES * pattern] = at < end ? rest + (column[at] as number) : rest
  }
}

function* drawWeights(
  { strata, columns }: ClusterColumns,
  resamples: number,
  random: Random,
): Generator<void, ResampledSums> {
  const sums = emptySums({ strata, columns }, resamples)
  const words = new Uint32Array(resamples)
  const drawn = new Uint32Array(5 * resamples)
  const tables = new Float64Array((WORD / BYTE) * TABLE)
  // Takes the sums of a column that is not there, beside the last of an odd number.
  const unused = new Float64Array(resamples)
  let first = 0
  for (const [s, size] of strata.entries()) {
    const end = first + size
    for (let from = first; from < end; from += WORD) {
      fillBits(words, drawn, random)
      for (let c = 0; c < columns.length; c += LANES) {
        for (const [lane, column] of columns.slice(c, c + LANES).entries()) {
          for (let t = 0; t < WORD / BYTE; t += 1) {
            fillTable(tables, t * TABLE + lane, column, from + t * BYTE, end)
          }
        }
        const [left = unused, right = unused] = (sums[s] as Float64Array[]).slice(c, c + LANES)
        addWords(left, right, words, tables)
        yield
      }
    }
    for (const [c, column] of columns.entries()) {
      let total = 0
      for (let i = first; i < end; i += 1) total += column[i] as number
      const own = (sums[s] as Float64Array[])[c] as Float64Array
      for (let b = 0; b < resamples; b += 1)
        own[b] = LOW * total + (HIGH - LOW) * (own[b] as number)
    }
    first = end
  }
  return sums
}

/** Adds the sums of 32 entries of two columns to every resample. Apart, and short: this is most of an interval's cost. */
function addWords(
  left: Float64Array,
  right: Float64Array,
  words: Uint32Array,
  tables: Float64Array,
): void {
  for (let b = 0; b < words.length; b += 1) {
    const word = words[b] as number
    const i = LANES * (word & 255)
    const j = TABLE + LANES * ((word >>> 8) & 255)
    const k = 2 * TABLE + LANES * ((word >>> 16) & 255)
    const l = 3 * TABLE + LANES * (word >>> 24)
    left[b] =
      (left[b] as number) +
      ((tables[i] as number) + (tables[j] as number)) +
      ((tables[k] as number) + (tables[l] as number))
    right[b] =
      (right[b] as number) +
      ((tables[i + 1] as number) + (tables[j + 1] as number)) +
      ((tables[k + 1] as number) + (tables[l + 1] as number))
  }
}

/**
 * Returns, step by step, the sums of all columns over the same resamples of clusters, each stratum for itself. Up to
 * 5,000 clusters are drawn with replacement, as many as there are. More get an independent random weight each, high
 * (9 of 32) or low, with mean 1, variance 1 and nearly the third moment of drawing: the weighted bootstrap. The same
 * strata, number and seed give the same resamples whatever the columns.
 */
export function resampledSums(
  input: ClusterColumns,
  options: { resamples: number; seed: number; method?: ResamplingMethod },
): Generator<void, ResampledSums> {
  const { resamples, seed } = options
  const clusters = input.strata.reduce((sum, size) => sum + size, 0)
  const random = createRandom(seed)
  return (options.method ?? resamplingMethod(clusters)) === 'multinomial'
    ? drawWithReplacement(input, resamples, random)
    : drawWeights(input, resamples, random)
}
