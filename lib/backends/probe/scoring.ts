import { failureKind } from '../session/request-error'
import type { ModelIdentity, ProbeVector } from '../types'
import { scoreTolerance } from './identity'
import type { Continuation, ProbePort, TextScores } from './port'
import { judge, type Outcome, type ProbeRun } from './run'
import { equal, PROBE_TEXT } from './tokens'

// Measured: 0.3 to 0.5 nats aligned, above 10 when shifted by one.
const ALIGNED_NATS = 4
const SHIFTED_NATS = 6
// No token of an easy text is less likely than this, and servers write -9999 for minus infinity.
const FLOOR_NATS = -60
const CLAMP_NATS = -9998
const CONTINUED_TOKENS = 4
const REPEATS = 3
const IN_FLIGHT = 4
const EXACT_NATS = 1e-3
const NOISY_NATS = 0.05
// Longer prompts would take longer than anybody waits for a probe.
const LONGEST_TRIED = 8192

/** Steps that prompt scores need; those that did not run do not count. */
export const SCORING_STEPS = [
  'bos',
  'promptScores',
  'order',
  'prefix',
  'shift',
  'alignment',
  'determinism',
] as const

/** Returns the largest difference of two score vectors after the first entry; infinite when they do not compare. */
function largestDifference(a: Float32Array, b: Float32Array, count = a.length): number {
  let largest = 0
  for (let i = 1; i < count; i += 1) {
    const difference = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN))
    if (Number.isNaN(difference)) return Infinity
    largest = Math.max(largest, difference)
  }
  return largest
}

function nats(value: number): string {
  if (value === Infinity) return 'not comparable'
  return value === 0 ? '0 nats' : `${value.toExponential(1)} nats`
}

interface Probed {
  run: ProbeRun
  port: ProbePort
  /** Ids of the probe text with what the tokenizer adds by itself. */
  ids: Int32Array
  longer: Int32Array
  scores: Float32Array
  tolerance: number
}

async function scoreStep(probed: Probed): Promise<boolean> {
  const { run, port, ids } = probed
  return run.step(
    'promptScores',
    async () => {
      const started = performance.now()
      const [scores] = (await port.session.scoreTokens?.([ids], run.signal)) ?? []
      const ms = Math.round(performance.now() - started)
      if (!scores || scores.length !== ids.length) {
        return judge(false, `${scores?.length ?? 0} values for ${ids.length} tokens`)
      }
      probed.scores = scores
      const values = scores.subarray(1)
      if (values.some((value) => value <= CLAMP_NATS)) {
        return judge(
          false,
          `${values.filter((value) => value <= CLAMP_NATS).length} values are clamped to ${Math.min(...values)}`,
          { remedy: 'Serve raw log-probabilities, with no grammar and no processed logits.' },
        )
      }
      const plausible = values.every((v) => Number.isFinite(v) && v <= 0 && v > FLOOR_NATS)
      const range = `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)} nats`
      if (!plausible)
        return judge(false, `values from ${range} are not log-probabilities of an easy text`)
      return judge(true, `${values.length} values for ${ids.length} tokens, ${range}, ${ms} ms`)
    },
    port.remedies.promptLogprobs,
  )
}

async function textStep(probed: Probed): Promise<void> {
  const { run, port, ids, scores, tolerance } = probed
  const scoreTexts = port.scoreTexts?.bind(port)
  if (!scoreTexts) return
  await run.step('byText', async () => {
    const [found] = (await scoreTexts([PROBE_TEXT], run.signal)) as [TextScores]
    if (found.ids && !equal(found.ids, ids)) {
      const both = found.ids.length === ids.length + 1 ? 'one more token in front' : 'other tokens'
      return judge(false, `the server makes ${both} of the text, so ids are sent`)
    }
    const difference = largestDifference(scores, found.scores)
    return judge(
      difference <= tolerance,
      `largest difference from the values by ids ${nats(difference)}`,
    )
  })
}

async function orderSteps(probed: Probed): Promise<void> {
  const { run, port, ids, longer, scores, tolerance } = probed
  let pair: Float32Array[] = []
  const ordered = await run.step('order', async () => {
    pair = (await port.session.scoreTokens?.([longer, ids], run.signal)) ?? []
    const shape = pair[0]?.length === longer.length && pair[1]?.length === ids.length
    if (!shape) return judge(false, 'two prompts at once come back with other lengths')
    const difference = largestDifference(scores, pair[1] as Float32Array)
    return judge(difference <= tolerance, `two prompts at once, ${nats(difference)} apart`)
  })
  if (!ordered) return
  await run.step('prefix', async () => {
    const stable = equal(longer.subarray(0, ids.length), ids)
    if (!stable) {
      return { state: 'unknown', detail: 'the tokens of the probe text change when text follows' }
    }
    const difference = largestDifference(scores, pair[0] as Float32Array, ids.length)
    const detail = `what follows changes the scores by ${nats(difference)}`
    return judge(difference <= tolerance, detail, {
      remedy: 'Switch truncation and prefix caching off for scoring requests.',
    })
  })
}

async function shiftStep({ run, scores }: Probed): Promise<boolean> {
  return run.step('shift', async () => {
    const half = scores.subarray(Math.floor(scores.length / 2))
    const mean = -half.reduce((sum, value) => sum + value, 0) / half.length
    const detail = `mean loss ${mean.toFixed(2)} nats over the second half`
    if (mean < ALIGNED_NATS) return { state: 'pass', detail }
    const remedy = 'The values belong to other tokens or to another model; they are not used.'
    return mean > SHIFTED_NATS
      ? { state: 'fail', detail: `${detail}: shifted, or not the model's`, remedy }
      : {
          state: 'unknown',
          detail: `${detail}: too high for this text, too low to be sure`,
          remedy,
        }
  })
}

/** Returns how many of the generated tokens can be scored after the prompt, and the ids of both; text-only servers must tokenize the joint text alike. */
async function joined(probed: Probed, generated: Continuation): Promise<[number, Int32Array]> {
  const { run, port, ids } = probed
  const { tokens } = generated
  const known = tokens.every((token) => token.id !== null)
  for (let count = tokens.length; count > 0; count -= 1) {
    const part = tokens.slice(0, count)
    const byIds = Int32Array.from([...ids, ...part.map((token) => token.id ?? -1)])
    if (known && !port.textOnly) return [count, byIds]
    const text = PROBE_TEXT + part.map((token) => token.text).join('')
    const [found = new Int32Array()] =
      (await port.session.tokenize?.([text], true, run.signal)) ?? []
    const kept = found.length === ids.length + count && equal(found.subarray(0, ids.length), ids)
    if (kept && (!known || equal(found, byIds))) return [count, found]
  }
  return [0, ids]
}

async function alignmentStep(probed: Probed): Promise<void> {
  const { run, port, ids, tolerance } = probed
  const generate = port.continue?.bind(port)
  if (!generate || !port.rawOutputScores) return
  await run.step('alignment', async () => {
    const generated = await generate({ ids, text: PROBE_TEXT }, CONTINUED_TOKENS, run.signal)
    if (generated.tokens.length === 0) {
      return { state: 'unknown', detail: 'nothing was generated after the text' }
    }
    const [count, all] = await joined(probed, generated)
    if (count === 0) {
      return {
        state: 'unknown',
        detail: 'the generated text has other tokens when it is sent',
      }
    }
    const [scored = new Float32Array()] =
      (await port.session.scoreTokens?.([all], run.signal)) ?? []
    const own = Float32Array.from([0, ...scored.subarray(ids.length)])
    const said = Float32Array.from([0, ...generated.tokens.slice(0, count).map((t) => t.logprob)])
    const difference = largestDifference(said, own)
    return judge(
      difference <= tolerance,
      `${count} generated tokens, scored and generated ${nats(difference)} apart`,
      { remedy: 'Off by one, or a temperature or mask is applied; the values are not used.' },
    )
  })
}

async function determinismStep(probed: Probed): Promise<void> {
  const { run, port, ids, longer, scores } = probed
  const score = async (sequences: Int32Array[]) =>
    (await port.session.scoreTokens?.(sequences, run.signal)) ?? []
  await run.step('determinism', async (): Promise<Outcome> => {
    const alone: Float32Array[] = []
    for (let i = 0; i < REPEATS; i += 1) alone.push(...(await score([ids])))
    const together = (await score([ids, longer, ids])).filter((_, i) => i !== 1)
    const flights = Math.min(IN_FLIGHT, port.session.limits.scoreConcurrency)
    const flying =
      flights > 1
        ? (await Promise.all(Array.from({ length: flights }, () => score([ids])))).flat()
        : []
    const worst = (list: Float32Array[]) =>
      Math.max(0, ...list.map((other) => largestDifference(scores, other)))
    const [repeated, batched, busy] = [worst(alone), worst(together), worst(flying)]
    const all = Math.max(repeated, batched, busy)
    const word = all <= EXACT_NATS ? 'exact' : 'noisy'
    const detail = `${word}: repeated ${nats(repeated)}, batched ${nats(batched)}, ${flights} in flight ${nats(busy)}`
    return judge(all <= NOISY_NATS, detail, {
      remedy: 'Set the concurrency of this backend to 1 and test again.',
    })
  })
}

async function lengthStep({ run, port, ids }: Probed): Promise<void> {
  const limit = port.longestPrompt
  if (limit === null || limit > (port.longestTried ?? LONGEST_TRIED) || port.textOnly) {
    const detail =
      limit === null
        ? 'the server does not state a limit; set contextLength if you know it'
        : `${limit} tokens by its own account; not tried`
    run.note({ id: 'length', state: limit === null ? 'unknown' : 'pass', detail })
    return
  }
  await run.step('length', async () => {
    const filled = (length: number) =>
      Int32Array.from({ length }, (_, i) => ids[i % ids.length] as number)
    const [scores] = (await port.session.scoreTokens?.([filled(limit)], run.signal)) ?? []
    if (scores?.length !== limit) return judge(false, `of ${limit} tokens only a part came back`)
    try {
      await port.session.scoreTokens?.([filled(limit + 1)], run.signal)
    } catch (error) {
      const kind = failureKind(error)
      const clean = kind === 'row' || kind === 'split'
      return judge(
        clean,
        `${limit} tokens work, one more is refused${clean ? '' : ' as if by a fault'}`,
      )
    }
    return { state: 'unknown', detail: `more than the ${limit} tokens it states are taken` }
  })
}

/** Runs all steps on prompt scores; returns the scores of the probe text by which the model is known again, or null. */
export async function scoringSteps(
  run: ProbeRun,
  port: ProbePort,
  special: Int32Array[],
): Promise<ProbeVector | null> {
  const [ids, longer] = special as [Int32Array, Int32Array]
  const identity: ModelIdentity = port.session.identity
  const tolerance = scoreTolerance(port.scoreDtype ?? identity.dtype)
  const probed = { run, port, ids, longer, tolerance, scores: new Float32Array() }
  if (!(await scoreStep(probed))) return null
  run.note(
    port.textOnly
      ? {
          id: 'byIds',
          state: 'fail',
          detail:
            'the server takes text only: a row is scored where its text has the same tokens, else it says why',
        }
      : { id: 'byIds', state: 'pass', detail: 'ids are sent, nothing is added' },
  )
  await textStep(probed)
  await orderSteps(probed)
  if (await shiftStep(probed)) await alignmentStep(probed)
  await determinismStep(probed)
  await lengthStep(probed)
  return {
    of: 'promptScores',
    labels: [...ids.subarray(1)],
    values: [...probed.scores.subarray(1)],
    tolerance,
  }
}
