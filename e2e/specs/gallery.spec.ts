import fs from 'node:fs'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { drawingChanges, drawnLines, untaken } from '../gallery'
import { expect, test } from '../fixtures'

const FOLDER = path.resolve(import.meta.dirname, '../gallery')
const WRITE = 'npm run e2e -- gallery -u'

test('every figure draws its own example as it is kept, without errors or accessibility violations', async ({
  page,
}, info) => {
  test.slow()
  const isWriting =
    info.config.updateSnapshots === 'all' || info.config.updateSnapshots === 'changed'
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'light' })
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto('/gallery')
  const sections = await page.locator('section:has(a[href^="/gallery/"])').all()
  expect(sections.length).toBeGreaterThanOrEqual(10)
  const problems: string[] = []
  const ids: string[] = []
  for (const section of sections) {
    const id = (await section.locator('a[href^="/gallery/"]').first().textContent()) ?? ''
    ids.push(id)
    // Charts measure their room first and draw then: two looks that agree.
    await expect(section.locator('[aria-busy="true"]')).toHaveCount(0)
    let now: string[] = []
    await expect(async () => {
      const before = now
      now = await drawnLines(section.locator('figure'))
      expect(now.length).toBeGreaterThan(3)
      expect(now).toEqual(before)
    }).toPass({ intervals: [100] })
    const left = await untaken(section.locator('figure'))
    problems.push(...left.map((html) => `${id} exports without ${html}: mark it data-figure-mark`))
    const file = path.join(FOLDER, `${id}.txt`)
    const isKept = fs.existsSync(file)
    const kept = isKept ? fs.readFileSync(file, 'utf8').trimEnd().split('\n') : []
    const changes = drawingChanges(kept, now)
    // What is kept stays as it is while only the last digits move.
    if (isWriting && changes.length > 0) {
      fs.mkdirSync(FOLDER, { recursive: true })
      fs.writeFileSync(file, `${now.join('\n')}\n`)
    } else if (isKept) problems.push(...changes.map((change) => `${id}, ${change}`))
    else problems.push(`${id} has no kept drawing. Look at /gallery/${id}, then run: ${WRITE}`)
  }
  const { violations } = await new AxeBuilder({ page }).include('figure').analyze()
  problems.push(...violations.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 160)}`))
  problems.push(...errors)
  const kept = fs.readdirSync(FOLDER).map((name) => name.replace(/\.txt$/, ''))
  problems.push(
    ...kept.filter((id) => !ids.includes(id)).map((id) => `${id}.txt is of no figure: delete it`),
  )
  expect(problems, `A drawing that changed on purpose is kept by: ${WRITE}`).toEqual([])
})

test('a drawing that changed is found, and half a pixel is not', () => {
  const kept = [
    'text "n 720"',
    'path d="M9 6h7Z" fill="red" fill-opacity="0.4"',
    'text y="4.2" "0.5"',
  ]
  const found = (from: string, to: string) =>
    drawingChanges(
      kept,
      kept.map((line) => line.replace(from, to)),
    )
  for (const [from, to] of [
    ['n 720', 'n 721'],
    ['M9 6', 'M10 6'],
    ['red', 'blue'],
    ['0.4', '0.3'],
    ['"0.5"', '"0.6"'],
    ['h7', 'v7'],
  ] as const) {
    expect(found(from, to), `${from} -> ${to}`).toHaveLength(1)
  }
  expect(found('4.2', '4.6')).toEqual([])
  expect(drawingChanges(kept, kept.slice(1))).not.toEqual([])
  expect(drawingChanges(kept, [...kept, 'path d="M0 0"'])).not.toEqual([])
})
