import os from 'node:os'
import process from 'node:process'
import { expect, test } from '@playwright/test'
import { quantile, recordedFrames, recordFrames, startPaperStudy } from '../bench'

// A longer frame is seen as a stall.
const STALL_MS = 100
const STEPS = 120
const WHEEL_PX = 400

test.skip(
  !process.env.EVOLENS_BENCH,
  'Measures frames, which a busy machine misses: EVOLENS_BENCH=1 npm run e2e -- lineage-frames',
)

test('all seeds of a study of 556,000 rows are scrolled through without a stall', async ({
  page,
}) => {
  test.setTimeout(600_000)
  const { server, studyId } = await startPaperStudy()
  try {
    await page.setViewportSize({ width: 1920, height: 1080 })
    await page.goto(`${server.url}/studies/${studyId}/lineage`)
    const grid = page.getByRole('table', { name: 'Lineage' })
    await expect(grid.getByRole('button').first()).toBeVisible({ timeout: 120_000 })
    const seeds = Number(await grid.getAttribute('aria-rowcount')) - 1
    expect(seeds).toBeGreaterThan(20_000)

    const served: number[] = []
    page.on('requestfinished', (asked) => {
      const { requestStart, responseStart } = asked.timing()
      if (asked.url().includes('/lineage?')) served.push(responseStart - requestStart)
    })
    const box = page.getByRole('region', { name: 'Lineage of the seeds' })
    await box.hover()
    await recordFrames(page)
    for (let step = 0; step < STEPS; step += 1) await page.mouse.wheel(0, WHEEL_PX)
    const byWheel = await recordedFrames(page)
    // The bar: jumps over the whole list, one a frame.
    await recordFrames(page)
    await box.evaluate(async (element, steps) => {
      for (let step = 1; step <= steps; step += 1) {
        element.scrollTop = (element.scrollHeight * step) / steps
        await new Promise(requestAnimationFrame)
      }
    }, STEPS)
    const byBar = await recordedFrames(page)
    await expect(
      grid
        .locator(`[aria-rowindex="${seeds + 1}"]`)
        .getByRole('button')
        .first(),
    ).toBeVisible({
      timeout: 30_000,
    })
    const said = (frames: readonly number[]) =>
      `${frames.length} frames, median ${quantile(frames, 0.5).toFixed(1)} ms, longest ${quantile(frames, 1).toFixed(1)} ms`
    console.log(
      `${seeds} seeds; wheel: ${said(byWheel)}; bar: ${said(byBar)}; ${served.length} pages, median ${quantile(
        served.toSorted((a, b) => a - b),
        0.5,
      ).toFixed(0)} ms; load ${os.loadavg()[0]?.toFixed(1)}`,
    )
    expect(quantile(byWheel, 1)).toBeLessThan(STALL_MS)
    expect(quantile(byBar, 1)).toBeLessThan(STALL_MS)
  } finally {
    await server.stop()
  }
})
