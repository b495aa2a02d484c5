import { expect, it } from 'vitest'
import { describeFigure, getFigure, parseFigureOptions } from '@/lib/figures'
import { CLAIMS } from './registry'

it('every claim opens figures that exist, with options that they have', () => {
  expect(CLAIMS.filter(({ figures }) => figures.length === 0)).toEqual([])
  for (const { id, figures } of CLAIMS) {
    for (const link of figures) {
      const figure = getFigure(link.id)
      const names = describeFigure(figure).options.map(({ name }) => name)
      expect(names, `${id}, ${link.id}`).toEqual(expect.arrayContaining(Object.keys(link.options)))
      expect(parseFigureOptions(figure, link.options)).toMatchObject(link.options)
    }
  }
})
