import { beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '@/lib/testing/database'
import type { Db } from '@/db/client'
import { promptDraftSchema, promptInfoSchema, type PromptDraft } from '@/lib/contracts/prompts'
import { PROMPTS } from '@/lib/prompts'
import { CLARITY } from '@/lib/prompts/rubric'
import {
  deletePromptVersion,
  deleteRubric,
  getPromptInfo,
  listPrompts,
  promptByHash,
  promptNames,
  restorePromptVersion,
  savePrompt,
} from '../prompts'

let db: Db
beforeEach(() => {
  db = testDatabase()
})

const draft = (patch: Partial<PromptDraft>): PromptDraft =>
  promptDraftSchema.parse({ promptId: 'judge-level', template: 'Rate {instruction}', ...patch })

describe('prompts', () => {
  it('are those of the program and the rubric that comes with it', () => {
    const list = listPrompts(db)
    expect(list.map((prompt) => prompt.id)).toEqual([
      ...PROMPTS.map((prompt) => prompt.id),
      'rubric-clarity',
      'column-intentions',
    ])
    for (const prompt of list) {
      promptInfoSchema.parse(prompt)
      expect(prompt.versions).toHaveLength(1)
      expect(prompt.versions[0]).toMatchObject({ id: null, version: '1', uses: [] })
    }
  })

  it('get versions whose hash is that of their text', () => {
    const saved = savePrompt(db, draft({ note: 'shorter' }))
    expect(saved.versions.map((version) => version.version)).toEqual(['own 1', '1'])
    const [own] = saved.versions
    expect(own).toMatchObject({ note: 'shorter', params: { promptText: 'Rate {instruction}' } })
    const next = savePrompt(
      db,
      draft({ template: 'Judge {instruction}', parentHash: own?.hash ?? null }),
    )
    expect(next.versions[0]).toMatchObject({ version: 'own 2', parentHash: own?.hash ?? null })
    expect(promptNames(db)(own?.hash ?? '')).toBe('Judge model: level, own 1')
    expect(promptByHash(db, 'judge-level', own?.hash ?? '').template).toBe('Rate {instruction}')
    expect(() => promptByHash(db, 'judge-level', 'nothing')).toThrow(/hash nothing/)
  })

  it('of evolution become parameters of the metric that sends them', () => {
    const saved = savePrompt(
      db,
      draft({ promptId: 'evolve-auto', template: 'Improve {instruction}' }),
    )
    expect(saved.versions.map((version) => version.params)).toEqual([
      { autoText: 'Improve {instruction}' },
      { autoText: '' },
    ])
    expect(getPromptInfo(db, 'respond').versions[0]?.params).toBeNull()
  })

  it('refuse the same text twice and a text without its placeholder', () => {
    savePrompt(db, draft({}))
    expect(() => savePrompt(db, draft({ template: ' Rate {instruction}\r\n' }))).toThrow(/own 1/)
    expect(() => savePrompt(db, draft({ template: 'Rate it' }))).toThrow(/\{instruction\}/)
    const builtIn = getPromptInfo(db, 'judge-level').versions.at(-1)
    expect(() => savePrompt(db, draft({ template: builtIn?.template ?? '' }))).toThrow(/Version 1/)
  })

  it('are deleted and restored; a number is not given again', () => {
    const [own] = savePrompt(db, draft({})).versions
    deletePromptVersion(db, own?.id ?? '')
    expect(getPromptInfo(db, 'judge-level').versions).toHaveLength(1)
    expect(() => deletePromptVersion(db, own?.id ?? '')).toThrow(/no such version/)
    // A job that began before still finds its text.
    expect(promptByHash(db, 'judge-level', own?.hash ?? '').hash).toBe(own?.hash)
    const after = savePrompt(db, draft({ template: 'Judge {instruction}' }))
    expect(after.versions[0]?.version).toBe('own 2')
    expect(restorePromptVersion(db, own?.id ?? '').versions).toHaveLength(3)
  })
})

describe('rubrics', () => {
  const scale = { kind: 'labels' as const, labels: ['off', 'on'] }
  const rubric = (patch: Partial<PromptDraft> = {}) =>
    savePrompt(
      db,
      draft({ promptId: null, name: 'Topic', template: 'On topic? {response}', scale, ...patch }),
    )

  it('are prompts with a scale, which is part of the hash', () => {
    const made = rubric()
    expect(made).toMatchObject({ kind: 'rubric', name: 'Topic', metric: 'rubric' })
    const [own] = made.versions
    expect(own?.params).toEqual({ name: 'Topic', promptText: 'On topic? {response}', scale })
    const wider = savePrompt(
      db,
      draft({
        promptId: made.id,
        name: 'Topic',
        template: 'On topic? {response}',
        scale: { kind: 'labels', labels: ['off', 'near', 'on'] },
      }),
    )
    expect(wider.versions.map((version) => version.version)).toEqual(['own 2', 'own 1'])
    expect(wider.versions[0]?.hash).not.toBe(own?.hash)
  })

  it('with other answers than ratings belong to the metric that makes columns', () => {
    const info = rubric({ scale: { kind: 'category', choices: ['code', 'prose'] } })
    expect([info.kind, info.metric, info.id.slice(0, 7)]).toEqual([
      'column',
      'prompt_column',
      'column-',
    ])
    const rating = draft({ promptId: info.id, name: 'Topic', template: '{response}', scale })
    expect(() => savePrompt(db, rating)).toThrow(/Save it as a new question/)
    const twins = { kind: 'category' as const, choices: ['On', 'on.'] }
    expect(() => rubric({ scale: twins })).toThrow(/"on\."/)
    expect(() => rubric({ scale: { kind: 'number', min: 2, max: 1 } })).toThrow(/end above/)
  })

  it('refuse scales and texts that cannot work, naming what is wrong', () => {
    expect(() => rubric({ template: 'On topic?' })).toThrow(/\{instruction\} or \{response\}/)
    expect(() => rubric({ scale: { kind: 'labels', labels: ['On', 'on.'] } })).toThrow(/"on\."/)
    expect(() => rubric({ scale: { kind: 'integers', min: 5, max: 5 } })).toThrow(/above/)
    expect(() => rubric({ scale: { kind: 'integers', min: -1000, max: 1000 } })).toThrow(/1001/)
    expect(() => rubric({ scale: null })).toThrow(/scale/)
  })

  it('are deleted with all versions and brought back by them', () => {
    const { id } = rubric()
    const { versionIds } = deleteRubric(db, id)
    expect(listPrompts(db).some((prompt) => prompt.id === id)).toBe(false)
    for (const version of versionIds) restorePromptVersion(db, version)
    expect(getPromptInfo(db, id).versions).toHaveLength(1)
    expect(() => deleteRubric(db, 'rubric-clarity')).toThrow(/comes with the program/)
    expect(() => deleteRubric(db, 'judge-level')).toThrow(/comes with the program/)
  })

  it('extend the one that comes with the program', () => {
    const saved = savePrompt(
      db,
      draft({
        promptId: 'rubric-clarity',
        name: 'Clarity',
        template: 'Clear? {instruction}',
        scale,
      }),
    )
    expect(saved.versions.map((version) => version.hash)).toContain(CLARITY.hash)
  })
})
