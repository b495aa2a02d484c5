import { expect, it } from 'vitest'
import { citationOf, type CitedWork } from './citation'

const work: CitedWork = {
  kind: 'figure',
  title: 'IFD of instructions',
  study: 'Pilot',
  basis: '90 of 100 rows have a value',
  runs: [{ runId: 'run-1', definitionHash: '0123456789abcdef', model: 'SmolLM2' }],
  version: '1.2.3',
  at: Date.UTC(2026, 10, 26),
}

it('names study, basis, definition, model, run, version and day', () => {
  const { sentence, bibtex } = citationOf(work)
  expect(sentence).toBe(
    'Figure "IFD of instructions" of the study "Pilot" (90 of 100 rows have a value; definition 0123456789 with SmolLM2, run run-1), computed with Evolens 1.2.3, 2026-11-26.',
  )
  expect(bibtex).toMatch(/^@misc\{evolens-figure-[0-9a-f]{8},\n/)
  expect(bibtex).toContain('  year = {2026}')
  expect(bibtex).toContain('run run-1')
})

it('has one key for the same numbers, another for others', () => {
  const key = (more: Partial<CitedWork>) => citationOf({ ...work, ...more }).bibtex.split(',')[0]
  expect(key({ at: 0 })).toBe(key({}))
  const changed = [key({}), key({ study: 'Other' }), key({ runs: [] }), key({ kind: 'comparison' })]
  expect(new Set(changed).size).toBe(4)
})

const HOSTILE = [
  'a{b',
  'a}b}, note = {x',
  '\\input{secret}',
  '50 % & $x_1^2$ #~',
  'line\nbreak\r\n\u2028next',
  'esc \u001b[31mred\u0007 \u202ertl',
  '\\',
]

it.each(HOSTILE)('cannot be broken out of by %j', (text) => {
  const runs = [{ runId: text, definitionHash: text, model: text }]
  const { bibtex, sentence } = citationOf({
    ...work,
    title: text,
    study: text,
    basis: text,
    runs,
  })
  let depth = 0
  for (const char of bibtex) {
    if (char === '{') depth += 1
    if (char === '}') depth -= 1
    expect(depth).toBeGreaterThanOrEqual(0)
  }
  expect(depth).toBe(0)
  // Title, author, year, howpublished and note, however many lines and fields the names pretend to have.
  expect(bibtex.trimEnd().split('\n')).toHaveLength(7)
  expect(bibtex.match(/^ {2}\w+ = /gm)).toHaveLength(5)
  expect(bibtex).not.toMatch(/\\input|(?<!\\)[%&#]/)
  // oxlint-disable-next-line no-control-regex -- control characters are what must be gone
  expect(sentence + bibtex.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f\u202e\u2028]/)
})

it('says that example data are an example', () => {
  const { sentence, bibtex } = citationOf({ ...work, study: null, at: null })
  expect(sentence).toContain('of generated example data')
  expect(bibtex).not.toContain('year')
})
