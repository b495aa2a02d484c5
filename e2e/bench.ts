import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { expect, type Page } from '@playwright/test'
import { startServer, type Server } from './server'

/** Starts a server on a study as large as the paper's. */
export async function startPaperStudy(): Promise<{
  server: Server
  studyId: string
  rows: number
}> {
  const server = await startServer()
  const filled = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'lib/testing/bench/fill-paper-study.ts'],
    { env: { ...process.env, EVOLENS_DATA_DIR: server.dataDir }, encoding: 'utf8' },
  )
  expect(filled.stderr).toBe('')
  return { server, ...(JSON.parse(filled.stdout) as { studyId: string; rows: number }) }
}

/** Begins to note how long each frame of a page takes. */
export async function recordFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const times: number[] = []
    Object.assign(window, { frameTimes: times })
    let last = performance.now()
    const frame = (now: number) => {
      times.push(now - last)
      last = now
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
}

/** Returns the milliseconds of the frames since `recordFrames`, the shortest first. */
export async function recordedFrames(page: Page): Promise<number[]> {
  const times = await page.evaluate(
    () => (window as unknown as { frameTimes: number[] }).frameTimes,
  )
  return times.slice(1).toSorted((a, b) => a - b)
}

/** Returns the value at a share of ascending ones. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0
}
