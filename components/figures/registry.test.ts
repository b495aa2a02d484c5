import { expect, it } from 'vitest'
import { listFigures } from '@/lib/figures'
import { drawingOf, DRAWINGS } from '.'

it('has a drawing for every registered figure, and no other', () => {
  const ids = listFigures().map((figure) => figure.id)
  expect(Object.keys(DRAWINGS).toSorted()).toEqual(ids.toSorted())
  for (const id of ids) expect(drawingOf(id)).not.toBeNull()
  expect(drawingOf('no-such-figure')).toBeNull()
})
