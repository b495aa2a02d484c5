import { AppError } from '@/lib/errors'
import type { CachedCall } from './cache-port'
import type { BackendSession } from '../types'
import { packBatches, sendSplitting } from './batches'
import type { CacheKeyer } from './cache-key'
import type { InFlight } from './in-flight'
import { failureOf } from './request-error'
import { ask, storedAnswers, noteSharedAnswer, type JobSession } from './job-session'

/** A call that takes a list of inputs and answers each by itself. */
interface ListCall<I, O> {
  call: Exclude<CachedCall, 'chat'>
  keyOf: CacheKeyer
  inFlight: InFlight<O>
  size(input: I): number
  limits: { items: number; size: number }
  send(session: BackendSession, inputs: I[]): Promise<O[]>
  /** Two tokens that the model knows, of an input. */
  sample?(input: I): Int32Array | null
  encode(output: O): Buffer
  decode(value: Buffer): O
  /** Counts what was sent. */
  count(inputs: readonly I[]): void
}

interface Todo<I> {
  name: string
  key: Buffer
  input: I
}

/**
 * Answers a list: from the cache where it can, from what others are asking for just now, the distinct rest in batches of
 * similar size, each kept as it arrives. All batches end before anything is thrown, so that what succeeded is kept.
 */
export async function listCall<I, O>(
  job: JobSession,
  spec: ListCall<I, O>,
  inputs: readonly I[],
  signal?: AbortSignal,
): Promise<O[]> {
  const keys = inputs.map((input) => spec.keyOf(input, null))
  const names = keys.map((key) => key.toString('hex'))
  const failed = names.find((name) => job.failedInputs.has(name))
  if (failed !== undefined) throw job.failedInputs.get(failed)
  const answers = new Map<string, O>()
  let open = names.map((_, index) => index)
  while (open.length > 0) {
    const { own, others } = sortOut(job, spec, { inputs, keys, names, open, answers })
    await sendAll(job, spec, own, answers, signal)
    for (const name of others) {
      // Null: the one who asked was stopped, so the next turn asks again.
      const answer = await spec.inFlight.wait(name, signal)
      if (answer === null) continue
      job.meter.cachedRequests += 1
      noteSharedAnswer(job)
      answers.set(name, answer)
    }
    open = open.filter((index) => !answers.has(names[index] as string))
  }
  return names.map((name) => answers.get(name) as O)
}

interface Wanted<I, O> {
  inputs: readonly I[]
  keys: readonly Buffer[]
  names: readonly string[]
  open: readonly number[]
  answers: Map<string, O>
}

/** Takes what the cache has; returns what this caller must ask for, and what others are asking for. */
function sortOut<I, O>(
  job: JobSession,
  spec: ListCall<I, O>,
  { inputs, keys, names, open, answers }: Wanted<I, O>,
): { own: Todo<I>[]; others: Set<string> } {
  const stored = storedAnswers(
    job,
    open.map((index) => keys[index] as Buffer),
  )
  const own: Todo<I>[] = []
  const mine = new Set<string>()
  const others = new Set<string>()
  open.forEach((index, n) => {
    const name = names[index] as string
    const value = stored[n]
    if (value) {
      job.meter.cachedRequests += 1
      if (!answers.has(name)) answers.set(name, spec.decode(value))
    } else if (mine.has(name) || others.has(name)) {
      // The same input twice in one list.
    } else if (spec.inFlight.begin(name)) {
      mine.add(name)
      own.push({ name, key: keys[index] as Buffer, input: inputs[index] as I })
    } else others.add(name)
  })
  return { own, others }
}

async function sendAll<I, O>(
  job: JobSession,
  spec: ListCall<I, O>,
  todo: readonly Todo<I>[],
  answers: Map<string, O>,
  signal?: AbortSignal,
): Promise<void> {
  if (todo.length === 0) return
  const failures = new Map<string, unknown>()
  let fatal: unknown
  const send = async (positions: readonly number[], isPart: boolean) => {
    const batch = positions.map((position) => todo[position] as Todo<I>)
    const inputs = batch.map(({ input }) => input)
    const outputs = await ask(
      job,
      {
        kind: spec.call,
        inputs: batch.length,
        weight: sum(inputs.map(spec.size)),
        sample: spec.sample?.(inputs[0] as I) ?? null,
        isPart,
      },
      (session) => {
        // One failure that concerns every row stops the batches that wait; `cancelled` is not retried.
        if (fatal !== undefined)
          throw new AppError('cancelled', 'Another batch of the list failed.')
        return spec.send(session, inputs)
      },
      signal,
      (found) =>
        batch.map(({ key }, n) => ({ key, call: spec.call, value: spec.encode(found[n] as O) })),
    )
    spec.count(inputs)
    batch.forEach(({ name }, n) => {
      answers.set(name, outputs[n] as O)
      spec.inFlight.done(name, outputs[n] as O)
    })
  }
  const fail = (position: number, error: unknown) => {
    const { name } = todo[position] as Todo<I>
    failures.set(name, error)
    if (failureOf(error).maxRetries !== undefined) job.failedInputs.set(name, error)
    spec.inFlight.failed(name, error)
  }
  const batches = packBatches(
    todo.map(({ input }) => spec.size(input)),
    spec.limits,
  )
  await Promise.allSettled(
    batches.map((batch) =>
      sendSplitting(batch, send, fail).catch((error: unknown) => {
        fatal ??= error
      }),
    ),
  )
  if (fatal !== undefined) {
    for (const { name } of todo) spec.inFlight.failed(name, fatal)
    throw fatal
  }
  const [first] = failures.values()
  if (failures.size > 0) throw first
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
