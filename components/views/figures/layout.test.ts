import { describe, expect, it } from 'vitest'
import type { FigureListItem } from '@/lib/contracts/figure'
import { createRandom } from '@/lib/stats/random'
import {
  columnsFor,
  firstLayout,
  layoutText,
  movedTo,
  neighbour,
  parseLayout,
  sectionsOf,
  spansOf,
  withChange,
  withShown,
  type Size,
} from './layout'

const figure = (
  id: string,
  question: FigureListItem['question'],
  more: Partial<FigureListItem> = {},
): FigureListItem => ({
  id,
  question,
  title: id,
  description: '',
  drawing: 'curves',
  options: [],
  hasDrawnValues: false,
  available: true,
  needs: [],
  ...more,
})
const open = {
  name: 'column',
  title: '',
  description: '',
  kind: 'choice' as const,
  choices: [],
  columns: ['scalar' as const],
  min: null,
  max: null,
  step: null,
  default: '',
  inline: true,
}
const FIGURES = [
  figure('levels', 'hard', { available: false }),
  figure('scores', 'hard'),
  figure('more-scores', 'hard'),
  figure('mnd', 'diverse'),
  figure('any', 'source', { options: [open] }),
]

describe('the address', () => {
  it('reads what it writes', () => {
    const text = '*mnd-density.full,ifd-density,levels.two'
    expect(parseLayout(text)).toEqual([
      { id: 'mnd-density', size: 'full', isPinned: true },
      { id: 'ifd-density', size: null, isPinned: false },
      { id: 'levels', size: 'two', isPinned: false },
    ])
    expect(layoutText(parseLayout(text))).toBe(text)
  })
  it('leaves out what it cannot read, and repeated figures', () => {
    expect(layoutText(parseLayout('a,<b>,a.two,,c.huge,*d'))).toBe('a,*d')
    expect(parseLayout('')).toEqual([])
  })
})

describe('what is shown', () => {
  it('is at first the best figure of each question that needs nothing', () => {
    expect(layoutText(firstLayout(FIGURES))).toBe('scores,mnd')
  })
  it('follows the list within each question, pinned ones before all', () => {
    const sections = sectionsOf(FIGURES, parseLayout('more-scores,*mnd,scores,gone'))
    expect(sections.map(({ key, shown }) => [key, shown.map(({ figure: { id } }) => id)])).toEqual([
      ['pinned', ['mnd']],
      ['hard', ['more-scores', 'scores']],
      ['source', []],
    ])
    expect(sections[1]?.others.map(({ id }) => id)).toEqual(['levels'])
    expect(neighbour(sections, 'scores', -1)).toBe('more-scores')
    expect(neighbour(sections, 'scores', 1)).toBeNull()
  })
  it('changes by showing, hiding and moving', () => {
    const layout = parseLayout('a,b,*c')
    expect(layoutText(withShown(layout, ['b', 'd', 'd']))).toBe('a,b,*c,d')
    expect(layoutText(withChange(layout, 'b', null))).toBe('a,*c')
    expect(layoutText(withChange(layout, 'b', { size: 'full', isPinned: true }))).toBe(
      'a,*b.full,*c',
    )
    expect(layoutText(movedTo(layout, 'a', 'b'))).toBe('b,a,*c')
    expect(layoutText(movedTo(layout, 'b', 'a'))).toBe('b,a,*c')
    expect(layoutText(movedTo(layout, 'a', 'c'))).toBe('b,*c,*a')
    expect(layoutText(movedTo(layout, 'a', 'gone'))).toBe('a,b,*c')
  })
})

describe('the grid', () => {
  it('has one column on phones, two on a laptop, more on wide screens', () => {
    expect([600, 1012, 1652, 2292].map(columnsFor)).toEqual([1, 2, 4, 6])
  })
  it('leaves no hole, whatever the sizes', () => {
    const random = createRandom(3)
    const sizes: (Size | null)[] = ['one', 'two', 'full', null]
    for (let trial = 0; trial < 300; trial += 1) {
      const columns = [1, 2, 4, 6][trial % 4] as number
      const chosen = Array.from(
        { length: 1 + Math.floor(7 * random.next()) },
        () => sizes[Math.floor(4 * random.next())] as Size | null,
      )
      let filled = 0
      for (const span of spansOf(chosen, columns, 1 + (trial % 3))) {
        // No figure goes beyond its row, so rows are filled one after the other.
        expect((filled % columns) + span).toBeLessThanOrEqual(columns)
        filled += span
      }
      expect(filled % columns).toBe(0)
    }
  })
  it('gives panels of three seed sets two columns', () => {
    expect(spansOf([null, null], 4, 3)).toEqual([2, 2])
    expect(spansOf([null, null], 4, 1)).toEqual([1, 3])
    expect(spansOf(['one', 'full', 'one'], 4, 1)).toEqual([4, 4, 4])
  })
})
