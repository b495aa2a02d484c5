import os from 'node:os'
import process from 'node:process'
import { expect, test } from '@playwright/test'
import { quantile, startPaperStudy } from '../bench'

const STEPS = 60
/** A movement of a map that is drawn so seldom is no movement any more. */
const MOST_FRAME_MS = 250
/** As long as somebody waits for what they drew. */
const MOST_LASSO_MS = 3_000

/** Returns the milliseconds of frames in each of which the map is moved or zoomed once, the shortest first. */
async function steppedFrames(canvas: Element, { kind, steps }: { kind: string; steps: number }) {
  const { left, top, width, height } = canvas.getBoundingClientRect()
  const times: number[] = []
  let last = performance.now()
  for (let step = 0; step < steps; step += 1) {
    const clientX = left + width * (0.5 + 0.2 * Math.sin(step / 8))
    const clientY = top + height * (0.5 + 0.2 * Math.cos(step / 8))
    const init = { bubbles: true, cancelable: true, clientX, clientY }
    const deltaY = step < steps / 2 ? -60 : 60
    canvas.dispatchEvent(
      kind === 'zoom'
        ? new WheelEvent('wheel', { ...init, deltaY })
        : new PointerEvent('pointermove', { ...init, pointerId: 1 }),
    )
    await new Promise(requestAnimationFrame)
    times.push(performance.now() - last)
    last = performance.now()
  }
  return times.toSorted((a, b) => a - b)
}

test.skip(
  !process.env.EVOLENS_BENCH,
  'Measures frames, which a busy machine misses: EVOLENS_BENCH=1 npm run e2e -- map-frames',
)

test('a map of 556,000 rows is moved, zoomed and selected on without a graphics processor', async ({
  page,
}) => {
  test.setTimeout(600_000)
  const { server, studyId, rows } = await startPaperStudy()
  try {
    await page.setViewportSize({ width: 1920, height: 1080 })
    const sizes: Record<string, string> = {}
    page.on('requestfinished', (request) => {
      const [, what] = /\/maps\/[^/]+\/(points|colours)/.exec(request.url()) ?? []
      if (what === undefined) return
      void request.sizes().then(({ responseBodySize }) => {
        sizes[what] = `${(responseBodySize / 1e6).toFixed(2)} MB`
      })
    })
    const opened = performance.now()
    await page.goto(`${server.url}/studies/${studyId}/map`)
    const canvas = page.getByRole('img', { name: 'Map of the rows' })
    await expect(page.getByText(/ points pass the filter/)).toBeVisible({ timeout: 120_000 })
    const isDrawn = () =>
      canvas.evaluate((own: HTMLCanvasElement) => {
        const copy = document.createElement('canvas')
        ;[copy.width, copy.height] = [own.width, own.height]
        const context = copy.getContext('2d')
        context?.drawImage(own, 0, 0)
        const { data } = context?.getImageData(0, 0, own.width, own.height) ?? { data: [] }
        return data.some((value) => value > 0)
      })
    await expect.poll(isDrawn, { timeout: 120_000 }).toBe(true)
    const drawnMs = performance.now() - opened
    const box = await canvas.boundingBox()
    if (!box) throw new Error('The map has no place on the page.')
    const to = (x: number, y: number) =>
      page.mouse.move(box.x + box.width * x, box.y + box.height * y)
    const frames: number[][] = []
    for (const kind of ['move', 'zoom'] as const) {
      await to(0.5, 0.5)
      if (kind === 'move') await page.mouse.down()
      frames.push(await canvas.evaluate(steppedFrames, { kind, steps: STEPS }))
      await page.mouse.up()
    }
    await page.getByRole('button', { name: 'Whole map' }).click()
    await page.getByRole('button', { name: 'Select an area' }).click()
    await to(0.3, 0.3)
    await page.mouse.down()
    for (const [x, y] of [
      [0.6, 0.3],
      [0.6, 0.7],
      [0.3, 0.7],
    ] as const)
      await to(x, y)
    const began = performance.now()
    await page.mouse.up()
    await expect(page).toHaveURL(/area/)
    await expect(
      page.getByText(new RegExp(`of ${rows.toLocaleString('en-US')} rows`)).first(),
    ).toBeVisible()
    await expect
      .poll(() => page.getByText(/ points pass the filter/).textContent(), { intervals: [50] })
      .not.toContain(`${rows.toLocaleString('en-US')} of`)
    const lassoMs = performance.now() - began
    const said = frames.map((sorted, k) => {
      const [middle, p95] = [quantile(sorted, 0.5), quantile(sorted, 0.95)]
      return `${k === 0 ? 'moved' : 'zoomed'}: ${(1000 / middle).toFixed(0)} frames a second (median ${middle.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms)`
    })
    console.log(
      `${rows} points, first drawn after ${drawnMs.toFixed(0)} ms, points ${sizes['points']}, colours ${sizes['colours']}; ${said.join('; ')}; area to counts ${lassoMs.toFixed(0)} ms; load ${os.loadavg()[0]?.toFixed(1)}; no graphics processor`,
    )
    for (const sorted of frames) expect(quantile(sorted, 0.5)).toBeLessThan(MOST_FRAME_MS)
    expect(lassoMs).toBeLessThan(MOST_LASSO_MS)
  } finally {
    await server.stop()
  }
})
