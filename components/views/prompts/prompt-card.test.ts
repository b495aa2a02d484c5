import { expect, it } from 'vitest'
import type { PromptInfo, PromptVersion } from '@/lib/contracts/prompts'
import { cardMarkdown, promptCard, usedBy } from '@/lib/contracts/prompt-text'
import { cardSvg, cardText, wrapped } from './prompt-card'

const version: PromptVersion = {
  id: null,
  version: '1',
  template: 'Rate <b>{instruction}</b> & say "why".\u0007\n\tThen stop.',
  scale: { kind: 'integers', min: 1, max: 5 },
  hash: 'ab12',
  parentHash: null,
  note: '',
  createdAt: null,
  params: null,
  uses: [
    {
      kind: 'run',
      studyId: 's',
      study: 'Mine | *own*',
      label: 'Difficulty level',
      model: 'judge-7b',
      runId: 'r1',
      sampling: [
        { name: 'temperature', value: 0 },
        { name: 'maxTokens', value: 32 },
      ],
      rows: { column: 'difficulty_level.level@r1', seedSetKey: null, armKey: null, round: null },
      createdAt: 1,
    },
  ],
}
const prompt: PromptInfo = {
  id: 'judge-level',
  kind: 'judge',
  name: 'Level',
  purpose: 'Rates an instruction.',
  required: ['instruction'],
  allowed: ['instruction'],
  contract: 'One label.',
  metric: 'difficulty_level',
  versions: [version],
}

it('names version, hash, placeholders, reply, scale and uses, and holds the text as it is', () => {
  const text = cardText(prompt, version)
  for (const part of [
    'Level, version 1',
    'SHA-256: ab12',
    'Placeholders: {instruction}',
    'Reply: One label.',
    'Scale: ',
    'Used by: Difficulty level (Mine | *own*); judge-7b; temperature 0, maxTokens 32; run r1',
    version.template,
  ])
    expect(text).toContain(part)
})

it('is a picture in which nothing of the prompt is markup', () => {
  const svg = cardSvg(prompt, version)
  expect(svg).toContain('Rate &lt;b&gt;{instruction}&lt;/b&gt; &amp; say &quot;why&quot;.\u{fffd}')
  expect(svg).not.toContain('<b>')
  expect(svg).not.toContain('\u0007')
})

it('breaks lines between words, and within a word that is longer than a line', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrapped('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij'])
  expect(wrapped('a\n\nb', 4)).toEqual(['a', '', 'b'])
})

it('is Markdown whose names are no markup and whose text keeps its own fences', () => {
  const template = 'Write:\n```\n{instruction}\n```'
  const text = cardMarkdown(promptCard(prompt, { ...version, template }), usedBy(version))
  expect(text).toContain(`\n\`\`\`\`\n${template}\n\`\`\`\`\n`)
  expect(text).toContain('Mine \\| \\*own\\*')
})
