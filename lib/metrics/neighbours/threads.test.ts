import { expect, it } from 'vitest'
import { findNeighbours } from './search'

it('starts no thread when it is cancelled while the scan is assembled', async () => {
  const [n, d] = [2_000, 4]
  const rows = Float32Array.from({ length: n * d }, (_, i) => Math.sin(i))
  const controller = new AbortController()
  const seen: number[] = []
  // The first search of a process waits for some 40 ms.
  setTimeout(() => controller.abort(), 1)
  const running = findNeighbours(rows, n, d, {
    threshold: 0.05,
    signal: controller.signal,
    progress: (done) => seen.push(done),
  })
  await expect(running).rejects.toMatchObject({ code: 'cancelled' })
  expect(seen).toEqual([])
})
