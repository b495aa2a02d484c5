import { failureKind } from '../session/request-error'
import type { ProbeVector } from '../types'
import type { ProbePort } from './port'
import { judge, type ProbeRun } from './run'

// Equal texts must give equal vectors; float32 noise of batching stays below this.
const SAME_VECTOR = 1e-5
// Entries of two models' unit vectors differ by about 1/sqrt(dimension): 0.05 at 384, 0.016 at 4,096.
const SAME_MODEL = 5e-3
const UNIT = 1e-3
const TEXT = 'a red door'
const OTHER = 'the sum of two primes'
// Beyond every limit in use that is worth a try.
const UNKNOWN_LIMIT_WORDS = 9_000
const LONGEST_TRIED = 8_192

function gap(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0)
}

function norm(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
}

/** Runs the steps on embeddings: equal and different texts, alone and in a list, a text beyond the limit. */
export async function embeddingSteps(run: ProbeRun, port: ProbePort): Promise<ProbeVector | null> {
  const { session } = port
  const embed = session.embed?.bind(session)
  if (!embed) return null
  let first: Float32Array | null = null
  const good = await run.step(
    'embeddings',
    async () => {
      const { vectors } = await embed([TEXT, OTHER, TEXT], run.signal)
      const [a, b, again] = vectors as [Float32Array, Float32Array, Float32Array]
      const alone = (await embed([TEXT], run.signal)).vectors[0] as Float32Array
      if (!(gap(a, again) <= SAME_VECTOR)) return judge(false, 'one text gave two vectors')
      if (gap(a, b) <= SAME_VECTOR) return judge(false, 'two texts gave one vector')
      first = a
      const length = norm(a)
      const unit = Math.abs(length - 1) < UNIT ? 'normalised' : `length ${length.toFixed(3)}`
      const noise = gap(a, alone)
      const note =
        noise <= SAME_VECTOR ? '' : `; alone and in a list ${noise.toExponential(1)} apart`
      return judge(noise <= SAME_MODEL, `${a.length} dimensions, ${unit}${note}`)
    },
    port.remedies.embed,
  )
  if (!good || first === null) return null
  await limitStep(run, port)
  const length = norm(first) || 1
  return {
    of: 'embedding',
    labels: [],
    values: [...(first as Float32Array)].map((value) => value / length),
    tolerance: SAME_MODEL,
  }
}

async function limitStep(run: ProbeRun, port: ProbePort): Promise<void> {
  const { session } = port
  const limit = session.identity.contextLength
  if (limit !== null && limit > LONGEST_TRIED) return
  const words = limit === null ? UNKNOWN_LIMIT_WORDS : limit + 2
  const long = 'word '.repeat(words)
  await run.step('beyondLimit', async () => {
    try {
      // Sent one by one: a refusal must be about a single text.
      const one = await session.embed?.([`${long}red`], run.signal)
      const other = await session.embed?.([`${long}blue`], run.signal)
      const [a, b] = [one?.vectors[0], other?.vectors[0]]
      if (one?.truncated[0]) return judge(true, 'cut, and the reply says so')
      if (a && b && gap(a, b) > 0) return judge(true, `${words} words are taken whole`)
      return {
        state: 'unknown',
        detail: `texts of ${words} words are cut silently`,
        remedy: 'Longer texts than the limit get the vector of their beginning, unmarked.',
      }
    } catch (error) {
      const kind = failureKind(error)
      if (kind === 'row' || kind === 'split') return judge(true, 'refused, row by row')
      throw error
    }
  })
}
