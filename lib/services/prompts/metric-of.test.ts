import { expect, it } from 'vitest'
import { testDatabase } from '@/lib/testing/database'
import { listPrompts } from '.'

it('names the metric that asks a judge each prompt, and none for prompts that make texts', () => {
  const named = listPrompts(testDatabase()).map(({ id, kind, metric }) => ({ id, kind, metric }))
  expect(named.filter(({ kind }) => kind === 'judge')).toEqual(
    expect.arrayContaining([
      { id: 'judge-level', kind: 'judge', metric: 'difficulty_level' },
      { id: 'judge-score', kind: 'judge', metric: 'difficulty_score' },
      { id: 'judge-digit', kind: 'judge', metric: 'difficulty_expected' },
    ]),
  )
  const texts = named.filter(({ kind }) => kind === 'evolve' || kind === 'respond')
  expect(texts.length).toBeGreaterThan(0)
  expect(texts.filter(({ metric }) => metric !== null)).toEqual([])
})
