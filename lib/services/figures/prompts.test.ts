import { expect, it } from 'vitest'
import { filterOf } from '@/components/views/figures/selection'
import { promptVersions } from '@/db/schema'
import { emptyFilter } from '@/lib/contracts/filter'
import { promptCardsMarkdown, type PromptCardsPrepared } from '@/lib/figures/shared/prompt-cards'
import { testDatabase } from '@/lib/testing/database'
import { getStudyFigure, listStudyFigures } from '../figures'
import { ensureBuiltInBackends } from '../backends'
import { savePrompt } from '../prompts'
import { select } from '../rows/select'
import { loadSample } from '../sample/load'

const db = testDatabase()
ensureBuiltInBackends(db)
const { studyId } = await loadSample(db)

async function cards(options: object = {}) {
  const request = { figureId: 'prompt-cards', options, filter: emptyFilter() }
  const result = await getStudyFigure(db, studyId, request)
  return { ...result, prepared: result.prepared as PromptCardsPrepared }
}

it('shows the prompts that the sample was made with, each use with its sampling and its rows', async () => {
  const list = listStudyFigures(db, studyId)
  expect(list.find(({ id }) => id === 'prompt-cards')).toMatchObject({ available: true })
  const { prepared, table, reading } = await cards()
  const kinds = new Set(prepared.cards.map(({ kind }) => kind))
  expect([...kinds]).toEqual(expect.arrayContaining(['evolve', 'judge']))
  expect(prepared.cards.every(({ used }) => used[0]?.selection)).toBe(true)
  const judge = table.rows.findIndex(({ label }) => label === 'Difficulty level')
  expect(table.rows[judge]).toMatchObject({
    made: 'run',
    sampling: expect.stringContaining('maxTokens 32'),
  })
  const selection = table.selections?.[judge]
  if (!selection) throw new Error('no rows')
  expect(select(db, studyId, filterOf(selection, emptyFilter())).total).toBeGreaterThan(100)
  expect(reading).toMatch(/^\d+ versions of prompts, \d+ of them used in this study\.$/)
  const markdown = promptCardsMarkdown(prepared)
  for (const { facts } of prepared.cards) expect(markdown).toContain(facts[0]?.[1])
})

it('shows a version as soon as it is saved, and a reply stays below 100 KB however long texts are', async () => {
  const before = await cards({ shown: 'judge', length: 'whole' })
  const stored = () => db.select().from(promptVersions).all().length
  const came = stored()
  const template = `${'word '.repeat(3_500)}{instruction}`
  for (let at = 0; at < 30; at += 1) {
    const draft = { promptId: null, name: `Long ${at}`, note: '', parentHash: null }
    const scale = { kind: 'integers' as const, min: 1, max: 5 }
    savePrompt(db, { ...draft, template: `${at} ${template}`, scale })
  }
  expect(stored()).toBe(came + 30)
  const after = await cards({ shown: 'all', length: 'whole' })
  expect(after.prepared.cards.length).toBeGreaterThan(before.prepared.cards.length)
  expect(after.prepared.cards.some(({ isCut }) => isCut)).toBe(true)
  expect(JSON.stringify(after).length).toBeLessThan(100_000)
})
