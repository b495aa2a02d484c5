/** Returns the results of `work` over the inputs, in order, with at most `limit` running at once. The first error wins. */
export async function mapParallel<I, O>(
  inputs: readonly I[],
  limit: number,
  work: (input: I, index: number) => Promise<O>,
): Promise<O[]> {
  const results = Array.from<O>({ length: inputs.length })
  let next = 0
  const lane = async () => {
    while (next < inputs.length) {
      const index = next
      next += 1
      results[index] = await work(inputs[index] as I, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, inputs.length) }, lane)).catch((error) => {
    // The other lanes start nothing more.
    next = inputs.length
    throw error
  })
  return results
}
