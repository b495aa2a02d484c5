import { describe, expect, it } from 'vitest'
import { draftText, newDraft, problemsOf, readText, sweepOf, type Draft } from './plan-draft'

const BACKENDS = [
  { id: 'b1', label: 'Small model' },
  { id: 'b2', label: 'Large model' },
]

function whole(): Draft {
  const draft = newDraft()
  return { ...draft, arms: draft.arms.map((arm, at) => ({ ...arm, backend: `b${at + 1}` })) }
}

describe('a plan that is written in form and text', () => {
  it('says which fields are still to be filled', () => {
    expect([...problemsOf(newDraft())]).toEqual([
      ['arms.0.backend', 'Choose a backend.'],
      ['arms.1.backend', 'Choose a backend.'],
    ])
    expect(problemsOf({ ...whole(), name: '' }).get('name')).toBe('Give it a name.')
  })

  it('is the same plan read back from its text, with backends by label', () => {
    const text = draftText(whole(), BACKENDS)
    expect(text).toContain('backend: Small model')
    const read = readText(text, BACKENDS)
    expect('plan' in read && draftText(read.plan, BACKENDS)).toBe(text)
    expect('plan' in read && read.plan.arms.map(({ backend }) => backend)).toEqual(['b1', 'b2'])
  })

  it('names the place of what is wrong in a text', () => {
    const text = draftText(whole(), BACKENDS)
    const problems = (changed: string) => {
      const read = readText(changed, BACKENDS)
      return 'problems' in read ? [...read.problems.keys()] : []
    }
    expect(problems(text.replace('rounds: 3', 'rounds: 30'))).toEqual(['scenario.rounds'])
    expect(problems(text.replace('Large model', 'Gone'))).toEqual(['arms.1.backend'])
    expect(problems('name: [')).toEqual([''])
  })

  it('becomes a sweep: one evolver for each temperature, backend or version of a prompt', () => {
    const [arm] = whole().arms
    if (!arm) throw new Error('no evolver')
    const values = [
      { value: '0', label: 'T 0' },
      { value: '0.7', label: 'T 0.7' },
    ]
    const cooler = sweepOf(arm, 'temperature', values)
    expect(cooler.map(({ key, decoding }) => [key, decoding?.temperature])).toEqual([
      ['small-t-0', 0],
      ['small-t-0-7', 0.7],
    ])
    const versions = sweepOf(arm, 'prompt', [{ value: 'abc', label: 'version 2' }], 'evolve-deepen')
    expect(versions[0]).toMatchObject({
      label: 'Small, version 2',
      prompts: { 'evolve-deepen': 'abc' },
    })
    expect(problemsOf({ ...whole(), arms: cooler }).size).toBe(0)
  })
})
