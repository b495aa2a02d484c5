import type { CodedValue } from '@/lib/contracts/column-kinds'
import { carriesValue, statusCode } from '@/lib/contracts/status'

/** One entry for each row of a file: a number, 0 or 1, or a place in `words`. */
export interface Vector {
  values: Float64Array
  status: Uint8Array
  /** What the numbers stand for; null where they stand for themselves. */
  words: readonly CodedValue[] | null
}

const OK = statusCode('ok')
const UNDEFINED = statusCode('undefined_value')

/** Returns n rows that all have the same value. */
export function constantVector(value: number | string, n: number): Vector {
  const isWord = typeof value === 'string'
  return {
    values: new Float64Array(n).fill(isWord ? 0 : value),
    status: new Uint8Array(n).fill(OK),
    words: isWord ? [value] : null,
  }
}

/** Returns n rows without a value yet. */
export function emptyVector(n: number): Vector {
  return { values: new Float64Array(n).fill(Number.NaN), status: new Uint8Array(n), words: null }
}

/** Returns the status of a row that needs two values: the reason of the first that is missing, else how they were come by. */
function joined(a: number, b: number): number {
  if (!carriesValue(a)) return a
  if (!carriesValue(b)) return b
  return a === OK ? b : a
}

function settle(out: Vector, row: number, status: number, value: number): void {
  out.status[row] = carriesValue(status) && !Number.isFinite(value) ? UNDEFINED : status
  out.values[row] = carriesValue(status) && Number.isFinite(value) ? value : Number.NaN
}

/** Returns a function of each row's value. */
export function mapRows(a: Vector, of: (x: number) => number): Vector {
  const out = emptyVector(a.values.length)
  for (let row = 0; row < a.values.length; row += 1) {
    settle(out, row, a.status[row] as number, of(a.values[row] as number))
  }
  return out
}

/** Returns a function of each row's two values. */
export function joinRows(a: Vector, b: Vector, of: (x: number, y: number) => number): Vector {
  const out = emptyVector(a.values.length)
  for (let row = 0; row < a.values.length; row += 1) {
    const status = joined(a.status[row] as number, b.status[row] as number)
    settle(out, row, status, of(a.values[row] as number, b.values[row] as number))
  }
  return out
}

/** Returns whether the words of two vectors are equal, as 0 or 1 that `of` is asked for. */
export function joinWords(a: Vector, b: Vector, of: (x: number, y: number) => number): Vector {
  const places = new Map((a.words ?? []).map((word, k) => [word, k]))
  const inA = (b.words ?? []).map((word) => places.get(word) ?? -1)
  return joinRows(a, b, (x, y) => of(x, inA[y] as number))
}

/** Returns a vector in the words of a longer list, so that rows of several vectors can stand in one. */
function inWords(vector: Vector, words: readonly CodedValue[]): Vector {
  if (!vector.words) return vector
  const place = vector.words.map((word) => words.indexOf(word))
  return { ...vector, values: vector.values.map((k) => place[k] ?? Number.NaN), words }
}

/** Returns rows that are each taken from one of the vectors: `choose` names it, or the reason why there is none. */
function pickRows(vectors: readonly Vector[], choose: (row: number) => Vector | number): Vector {
  const out = emptyVector(vectors[0]?.values.length ?? 0)
  for (let row = 0; row < out.values.length; row += 1) {
    const found = choose(row)
    const from = typeof found === 'number' ? null : found
    out.status[row] = from ? (from.status[row] as number) : (found as number)
    if (from) out.values[row] = from.values[row] as number
  }
  return { ...out, words: vectors[0]?.words ?? null }
}

function alike(vectors: readonly Vector[]): Vector[] {
  const words = [...new Set(vectors.flatMap((one) => one.words ?? []))]
  return vectors.map((one) => inWords(one, words))
}

/** Returns the functions that decide by themselves which of their arguments count. */
export const SPECIAL: Record<string, (args: readonly Vector[]) => Vector> = {
  if([condition, ...branches]) {
    const [yes, no] = alike(branches) as [Vector, Vector]
    const { values, status } = condition as Vector
    return pickRows([yes, no], (row) => {
      const code = status[row] as number
      if (!carriesValue(code)) return code
      return values[row] === 1 ? yes : no
    })
  },
  coalesce(args) {
    const vectors = alike(args)
    const first = vectors[0] as Vector
    return pickRows(
      vectors,
      (row) =>
        vectors.find(({ status }) => carriesValue(status[row] as number)) ??
        (first.status[row] as number),
    )
  },
  is_missing([of]) {
    const out = constantVector(0, (of as Vector).values.length)
    ;(of as Vector).status.forEach((code, row) => (out.values[row] = Number(!carriesValue(code))))
    return out
  },
  clip([x, low, high]) {
    return joinRows(joinRows(x as Vector, low as Vector, Math.max), high as Vector, Math.min)
  },
  has([tags, word]) {
    const wanted = (word as Vector).words?.[0] as string
    const holds = ((tags as Vector).words ?? []).map((value) =>
      Number(Array.isArray(value) && value.includes(wanted)),
    )
    return mapRows(tags as Vector, (k) => holds[k] as number)
  },
}
