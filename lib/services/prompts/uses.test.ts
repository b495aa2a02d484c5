import { beforeAll, expect, it } from 'vitest'
import { filterOf } from '@/components/views/figures/selection'
import type { Db } from '@/db/client'
import { emptyFilter } from '@/lib/contracts/filter'
import { promptInfoSchema, type PromptUse } from '@/lib/contracts/prompts'
import { testDatabase } from '@/lib/testing/database'
import { select } from '../rows/select'
import { loadSample } from '../sample/load'
import { ensureBuiltInBackends } from '../backends'
import { listPrompts } from '../prompts'

let db: Db
let studyId: string
beforeAll(async () => {
  db = testDatabase()
  ensureBuiltInBackends(db)
  studyId = (await loadSample(db)).studyId
})

function usesOf(promptId: string): PromptUse[] {
  const prompt = listPrompts(db).find(({ id }) => id === promptId)
  return promptInfoSchema.parse(prompt).versions.flatMap(({ uses }) => uses)
}

const rowsOf = ({ rows }: PromptUse) =>
  select(db, studyId, filterOf({ ...rows, min: null, max: null }, emptyFilter()))

it('names the run of the sample that sent a judge prompt, its sampling, and the rows with its replies', () => {
  const [use] = usesOf('judge-level')
  expect(use).toMatchObject({ kind: 'run', studyId, label: 'Difficulty level' })
  expect(use?.model).toMatch(/\w/)
  expect(use?.sampling).toContainEqual({ name: 'maxTokens', value: 32 })
  expect(use?.sampling).toContainEqual({ name: 'temperature', value: 0 })
  if (!use) throw new Error('no use')
  const { total, outOf } = rowsOf(use)
  expect(total).toBeGreaterThan(100)
  expect(total).toBeLessThanOrEqual(outOf)
})

it('names evolved rows with evolver, round and decoding, and opens just their cell', () => {
  const uses = usesOf('evolve-constraints').filter(({ kind }) => kind === 'rows')
  expect(uses.length).toBeGreaterThan(0)
  for (const use of uses) {
    expect(use.label).toMatch(/, .+, round [1-3]$/)
    expect(use.sampling.map(({ name }) => name)).toContain('temperature')
    const { cells, total } = rowsOf(use)
    expect(cells).toHaveLength(1)
    expect(total).toBeGreaterThan(0)
  }
})
