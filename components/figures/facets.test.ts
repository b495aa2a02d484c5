import { describe, expect, it } from 'vitest'
import { fitToPage, gridPlot } from './facets'

const panels = { across: 1, plot: 170, around: 46 }
const column = { width: 331, pageHeight: 973 }

describe('a printed figure', () => {
  it('keeps its panels where they fit the page', () => {
    expect(fitToPage({ ...panels, panels: 3 }, column)).toEqual({ across: 1, plot: 170 })
  })

  it('is no higher than the page, with lower panels and then more of them in a line', () => {
    for (const n of [4, 5, 9, 12]) {
      const { across, plot } = fitToPage({ ...panels, panels: n }, column)
      expect(Math.ceil(n / across) * (plot + panels.around)).toBeLessThan(column.pageHeight)
      expect(plot).toBeLessThanOrEqual(170)
      expect((column.width + 14) / across - 14).toBeGreaterThan(130)
    }
    expect(fitToPage({ ...panels, panels: 5 }, column).across).toBe(1)
    expect(fitToPage({ ...panels, panels: 12 }, column).across).toBe(2)
  })

  it('lowers the rows of a grid until they fit the page, and no further than can be read', () => {
    const grid = { plot: 202, around: 32 }
    expect(gridPlot({ ...grid, rows: 3 }, 973)).toBe(202)
    const six = gridPlot({ ...grid, rows: 6 }, 973)
    expect(six).toBeLessThan(202)
    expect(6 * (six + 32) + 150).toBeLessThanOrEqual(973)
    expect(gridPlot({ ...grid, rows: 40 }, 973)).toBe(64)
  })

  it('is higher than the page rather than too small to read', () => {
    expect(fitToPage({ ...panels, panels: 60 }, column)).toEqual({ across: 2, plot: 64 })
  })
})
