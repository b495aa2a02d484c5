// Short enough that nobody notices, long enough that giving way costs little.
const SLICE_MS = 8

/** Returns what work in steps comes to, done at once. */
export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** Returns the same, giving way to other requests every few milliseconds; stops when the signal is aborted. */
export async function finishInTurns<T>(
  steps: Generator<void, T>,
  signal?: AbortSignal,
  sliceMs = SLICE_MS,
): Promise<T> {
  signal?.throwIfAborted()
  let until = performance.now() + sliceMs
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    if (performance.now() < until) continue
    await new Promise((resolve) => setImmediate(resolve))
    signal?.throwIfAborted()
    until = performance.now() + sliceMs
  }
}
