import type { Db } from '@/db/client'
import { indexesToMask } from '@/lib/columns/filter'
import type { BlindPlan, BlindSide, StoredBlindPair } from '@/lib/contracts/blind'
import { compareStateSchema } from '@/lib/contracts/compare'
import type { CompareText } from '@/lib/contracts/compare-pairs'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { AppError, throwIfAborted } from '@/lib/errors'
import { sampleWithoutReplacement } from '@/lib/stats/random'
import type { CellRef } from '../cells'
import { pairSides, type SeedSetPairing } from '../compare/sides'
import { yieldToEventLoop } from '../compare/slots'
import { textReader, type TextReader } from '../compare/texts'
import { selectRows, warmSelection } from '../rows/select'

/** Pairs without the order in which they stand, and how they came about. */
export interface DrawnPairs {
  pairs: Omit<StoredBlindPair, 'isALeft'>[]
  /** Seeds with a pair that passes the filter. */
  eligible: number
  /** Seeds passed over because their texts are equal. */
  equal: number
}

/** The pairs of one seed: positions from..to of a pairing. */
interface Candidate {
  pairing: SeedSetPairing
  positions: number[]
}

const same = (a: BlindSide, b: BlindSide) =>
  a.arm === b.arm && (a.arm === SEEDS_KEY || a.round === b.round)

/** Which rows of a cell pass the filter. */
function passing(kept: Map<number, Int32Array>, cell: CellRef): Uint8Array {
  return indexesToMask(kept.get(cell.no) ?? [], cell.rowCount)
}

function candidatesOf(pairings: readonly SeedSetPairing[], kept: Map<number, Int32Array>) {
  const found: Candidate[] = []
  for (const pairing of pairings) {
    if (!pairing.a || !pairing.b) continue
    const { clusters, rowsA, rowsB } = pairing.pairs
    const passA = passing(kept, pairing.a)
    const passB = passing(kept, pairing.b)
    let cluster = -1
    for (let at = 0; at < clusters.length; at += 1) {
      if (!passA[rowsA[at] as number] || !passB[rowsB[at] as number]) continue
      if (clusters[at] === cluster) found.at(-1)?.positions.push(at)
      else found.push({ pairing, positions: [at] })
      cluster = clusters[at] as number
    }
  }
  return found
}

/** The text as a reader sees it: blanks and line breaks do not tell two texts apart. */
function seen({ instruction, input }: CompareText): string {
  return `${instruction}\n${input ?? ''}`.replaceAll(/\s+/g, ' ').trim()
}

function readers(db: Db) {
  const known = new Map<number, TextReader>()
  return (cell: CellRef): TextReader => {
    const reader = known.get(cell.no) ?? textReader(db, cell, true)
    known.set(cell.no, reader)
    return reader
  }
}

function nothing(aligned: number, eligible: number): AppError {
  const why =
    aligned === 0
      ? 'The two sides share no seed. Choose other sides, or align one of the files with its parent.'
      : eligible === 0
        ? 'Of no seed do both rows pass the filter. Remove a part of the filter.'
        : 'The two sides have the same text at every seed. Choose other sides.'
  return new AppError('invalid_input', `There is no pair to show. ${why}`)
}

/**
 * Returns pairs in drawn order, one a seed, whose texts differ and whose rows both pass the filter; fewer than asked for
 * where there are no more. A larger draw under the same random seed begins with a smaller one. Throws `invalid_input`
 * where there is no pair.
 */
export async function drawBlindPairs(
  db: Db,
  studyId: string,
  plan: BlindPlan,
  signal?: AbortSignal,
): Promise<DrawnPairs> {
  const { a, b, seedSets, size, seed } = plan
  if (same(a, b)) {
    throw new AppError('invalid_input', 'Both sides are the same rows. Choose two different sides.')
  }
  const state = compareStateSchema.parse({ seedSets, a, b })
  const pairings = await pairSides(db, studyId, state)
  // Which evolvers and rounds are judged is what the sides say.
  const filter = { ...plan.filter, arms: [], rounds: [] }
  await warmSelection(db, studyId, filter, [], signal)
  const candidates = candidatesOf(pairings, selectRows(db, studyId, filter))
  const read = readers(db)
  const pairs: DrawnPairs['pairs'] = []
  let equal = 0
  for (const no of sampleWithoutReplacement(candidates.length, candidates.length, seed)) {
    if (pairs.length >= size) break
    const { pairing, positions } = candidates[no] as Candidate
    const { pairs: at, seeds, seedRows } = pairing
    const [cellA, cellB] = [pairing.a as CellRef, pairing.b as CellRef]
    const differing = positions.find((i) => {
      const left = read(cellA).read(at.rowsA[i] as number)
      const right = read(cellB).read(at.rowsB[i] as number)
      return left && right && seen(left) !== seen(right)
    })
    if (differing === undefined) {
      equal += 1
      // Two sides may be equal in all of half a million rows.
      if (equal % 100 === 0) await yieldToEventLoop()
      throwIfAborted(signal)
      continue
    }
    const slot = at.slots[differing] as number
    const seedRow = seedRows[slot] ?? -1
    pairs.push({
      seedSet: pairing.key,
      slot,
      a: { cellId: cellA.id, idx: at.rowsA[differing] as number },
      b: { cellId: cellB.id, idx: at.rowsB[differing] as number },
      seed: seeds && seedRow >= 0 ? { cellId: seeds.id, idx: seedRow } : null,
    })
  }
  if (pairs.length === 0) {
    const aligned = pairings.reduce((sum, pairing) => sum + pairing.pairs.slots.length, 0)
    throw nothing(aligned, candidates.length)
  }
  return { pairs, eligible: candidates.length, equal }
}
