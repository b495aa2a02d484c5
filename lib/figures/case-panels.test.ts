import { describe, expect, it } from 'vitest'
import { seedsIn, seedsText } from '@/lib/contracts/lineage'
import { countWords } from '@/lib/metrics/texts/words'
import { parseFigureOptions } from '.'
import { casePanels } from './case-panels'
import { casesMarkdown } from './shared/cases-text'
import type { FigureData } from './types'

const { prepare, example, table } = casePanels.typed
const options = (changed: object = {}) =>
  parseFigureOptions(casePanels, changed) as Parameters<typeof prepare>[1]

/** The example with other texts in the first case. */
function withTexts(texts: readonly string[], data = example().data): FigureData {
  const cases = data.cases
  if (!cases) throw new Error('The example has no cases.')
  const [first, ...others] = cases.stories
  const steps = first?.steps.map((step, at) => ({ ...step, instruction: texts[at] ?? '' })) ?? []
  return {
    ...data,
    cases: { ...cases, stories: [...(first ? [{ ...first, steps }] : []), ...others] },
  }
}

describe('case panels', () => {
  it('have an example whose words are counted as the metric counts them', () => {
    const steps = example().data.cases?.stories.flatMap((story) => story.steps) ?? []
    expect(steps.map(({ values }) => Object.values(values)[0]?.value)).toEqual(
      steps.map(({ instruction }) => countWords(instruction ?? '')),
    )
  })

  it('count words against the parent and judge depth operators by the budget alone', () => {
    const { cases } = prepare(example().data, options())
    const panels = cases.flatMap(({ rounds }) => rounds.flatMap((round) => round.panels))
    expect(panels.map(({ added, budget }) => [added, budget])).toEqual([
      [29, 'over'],
      [12, 'within'],
      // The operator is not known, and breadth has no budget.
      [25, null],
      [-3, null],
    ])
    const other = prepare(example().data, options({ most: 30, least: 13 }))
    expect(other.cases[0]?.rounds[0]?.panels.map(({ budget }) => budget)).toEqual([
      'within',
      'under',
    ])
  })

  it('says which words were added and removed, and that a budget is of one step', () => {
    const data = withTexts(['Save water.', 'Save much water.', 'Save energy.'])
    const [first] = prepare(data, options({ against: 'seed' })).cases
    expect(first?.rounds[0]?.panels[0]?.parts).toContainEqual({ kind: 'added', text: 'much ' })
    expect(first?.rounds[0]?.panels[1]?.parts).toEqual(
      expect.arrayContaining([
        { kind: 'removed', text: 'water' },
        { kind: 'added', text: 'energy' },
      ]),
    )
    expect(first?.rounds[0]?.panels.map(({ budget }) => budget)).toEqual([null, null])
  })

  it('stays below 100 KB for the longest texts, cuts no letter in half and says so', () => {
    const long = '😀'.repeat(40_000)
    const base = withTexts([long, `x${long}`, `${long}y`])
    const story = base.cases?.stories[0]
    const stories = Array.from({ length: 6 }, (_, slot) => ({ ...story, slot }) as never)
    const prepared = prepare({ ...base, cases: { ...base.cases, stories } as never }, options())
    expect(JSON.stringify(prepared).length).toBeLessThan(100_000)
    expect(prepared.notes.join(' ')).toMatch(/Texts of more than \d+ characters are cut/)
    const texts = prepared.cases.flatMap(
      ({ origin }) => origin?.parts.map(({ text }) => text) ?? [],
    )
    expect(texts.join('')).not.toMatch(/\p{Surrogate}/u)
    expect(table(prepared).rows[0]?.['text']).toMatch(/…$/)
  })

  it('are written as Markdown in which hostile texts stay texts', () => {
    const hostile = '![x](http://a.example/?q=1) <script>alert(1)</script>\n# no heading'
    const text = casesMarkdown(
      prepare(withTexts(['Save.', hostile, 'Save.']), options({ paper: true })),
    )
    expect(text).toContain('### Small 8B, round 1')
    expect(text).toContain('35 words (+29), over budget')
    expect(text).not.toMatch(/<script|^# |\]\(http:\/\/|[^\\]!\[/m)
    expect(text).toContain(
      String.raw`Figure 9 (deepen, gsm8k-train): seed 20 words, large 42 (+22), small 81 (+61)`,
    )
  })
})

describe('seeds as text', () => {
  it('come back whole, whatever signs a key has', () => {
    const seeds = [
      { seedSetKey: 'my set, 2~b %', slot: 0 },
      { seedSetKey: '数据', slot: 12 },
    ]
    expect(seedsIn(seedsText(seeds))).toEqual(seeds)
    expect(seedsIn('12~alpaca,  7')).toEqual([
      { seedSetKey: 'alpaca', slot: 12 },
      { seedSetKey: '', slot: 7 },
    ])
    expect(seedsIn(' ')).toEqual([])
  })

  it.each(['alpaca', '-1', '1~', '1~%zz', '1.5', '9999999999~a'])('are not %s', (text) => {
    expect(seedsIn(text)).toBeNull()
    expect(() => options({ seeds: text })).toThrow('12~alpaca')
  })

  it('are six at most in one figure', () => {
    expect(() => options({ seeds: '1 2 3 4 5 6' })).not.toThrow()
    expect(() => options({ seeds: '1 2 3 4 5 6 7' })).toThrow('up to 6 seeds')
  })
})
