import { describe, expect, it } from 'vitest'
import type { PromptInfo, PromptVersion } from '@/lib/contracts/prompts'
import { copyOf, editOf, isChanged, newQuestion } from './draft'

const version: PromptVersion = {
  id: null,
  version: '1',
  template: 'From 1 to {top}: {instruction}',
  scale: null,
  hash: 'h',
  parentHash: null,
  note: '',
  createdAt: null,
  params: { promptText: '' },
  uses: [],
}
const prompt: PromptInfo = {
  id: 'judge-digit',
  kind: 'judge',
  name: 'Judge: digit',
  purpose: '',
  required: ['instruction', 'top'],
  allowed: ['instruction', 'top'],
  contract: '',
  metric: 'difficulty_expected',
  versions: [version],
}

describe('drafts', () => {
  it('begin as a version and count as changed when text or scale is', () => {
    const draft = editOf(prompt, version)
    expect(draft).toMatchObject({ promptId: 'judge-digit', parentHash: 'h', name: '' })
    expect(isChanged(draft, version)).toBe(false)
    expect(isChanged({ ...draft, note: 'why' }, version)).toBe(false)
    expect(isChanged({ ...draft, template: 'x' }, version)).toBe(true)
    expect(isChanged(newQuestion('rubric'), null)).toBe(true)
  })

  it('copy a judge as a rubric with the scale of its replies', () => {
    expect(copyOf(prompt, version)).toMatchObject({
      promptId: null,
      name: 'Judge: digit, copy',
      template: 'From 1 to 5: {instruction}',
      scale: { kind: 'integers', min: 1, max: 5 },
    })
    expect(copyOf({ ...prompt, id: 'evolve-deepen', kind: 'evolve' }, version)).toBeNull()
  })
})
