import { beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '@/lib/testing/database'
import type { Db } from '@/db/client'
import { promptDraftSchema } from '@/lib/contracts/prompts'
import { getMeasured, parseParams } from '@/lib/metrics'
import { listPrompts, savePrompt } from '@/lib/services/prompts'
import { versionParams } from './prompt-version'

let db: Db
beforeEach(() => {
  db = testDatabase()
})

function store(promptId: string, template: string): string {
  const { versions } = savePrompt(db, promptDraftSchema.parse({ promptId, template }))
  return versions[0]?.hash ?? ''
}

describe('stored versions of prompts on the command line', () => {
  it('become the parameters of the metrics that send them, and of no other', () => {
    const deepen = store('evolve-deepen', 'Go on with {instruction}')
    const judge = store('judge-level', 'Rate {instruction}')
    const metrics = ['first_token_probability', 'difficulty_level', 'loss']
    const paramsOf = versionParams(listPrompts(db), [deepen.slice(0, 10), judge], metrics)
    expect(paramsOf('first_token_probability')).toEqual({ deepenText: 'Go on with {instruction}' })
    expect(paramsOf('difficulty_level')).toEqual({ promptText: 'Rate {instruction}' })
    expect(paramsOf('loss')).toEqual({})
    const metric = getMeasured('first_token_probability')
    const used = metric.prompts(parseParams(metric, paramsOf(metric.id)))
    expect(used.map((prompt) => prompt.hash)).toContain(deepen)
  })

  it('are refused where no metric sends them', () => {
    const judge = store('judge-level', 'Rate {instruction}')
    expect(() => versionParams(listPrompts(db), [judge], ['loss'])).toThrow(/Judge model: level/)
    expect(() => versionParams(listPrompts(db), ['zz'], ['loss'])).toThrow(/begins with "zz"/)
  })
})
