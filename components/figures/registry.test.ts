import { expect, it } from 'vitest'
import { describeFigure, listFigures } from '@/lib/figures'
import { drawingOf } from '.'

it('has the drawing that each registered figure names', () => {
  const without = listFigures().filter((figure) => !drawingOf(describeFigure(figure).drawing))
  expect(without).toEqual([])
  expect(drawingOf('no-such-drawing')).toBeNull()
})
