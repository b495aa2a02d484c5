import { describe, expect, it } from 'vitest'
import { getFigure, parseFigureOptions } from '@/lib/figures'
import type { DifficultyLevelsPrepared } from '@/lib/figures/shared/levels'
import { heightOf, markedHeight } from './parts'

const drawn = (id: string, options: object) => {
  const figure = getFigure(id)
  const { data } = figure.example()
  return figure.prepare(data, parseFigureOptions(figure, options)) as DifficultyLevelsPrepared
}

describe.each(['difficulty-levels', 'operator-mix', 'category-shares', 'health-rates'])(
  '%s',
  (id) => {
    it('stands for rows or for shares of them, with the interval and the marked rows on the same axis', () => {
      const example = getFigure(id).example().options
      const [share, count] = ['share', 'count'].map((heights) => drawn(id, { ...example, heights }))
      if (!share || !count) throw new Error('not drawn')
      const bars = share.panels.flatMap((panel) => panel.bars)
      expect(bars.length).toBeGreaterThan(0)
      for (const { mix } of bars) {
        for (const one of mix.levels) {
          const of = one.of ?? mix.asked
          const [a, b] = [heightOf(share, one, mix.asked), heightOf(count, one, mix.asked)]
          expect(a.top).toBe(one.percent)
          expect(b.top).toBe(one.count)
          expect(b.low).toBeCloseTo((a.low * of) / 100, 9)
          expect(b.high).toBeGreaterThanOrEqual(b.top)
        }
      }
      // Three marked rows of four are in the first level; rows without any level stand before the number of all.
      const counts = [3, ...share.levels.map(() => 0), 4]
      expect([markedHeight(share, counts, 0), markedHeight(count, counts, 0)]).toEqual([75, 3])
    })
  },
)
