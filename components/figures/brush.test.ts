import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { groupKey, packCounts } from '@/lib/figures/shared/tiles'
import type { BrushTiles } from '@/lib/contracts/tiles'
import { BrushStore, type BrushedRows, type BrushQuestion } from './brush'
import { previewHeights } from './density/preview'
import { InteractionStore } from './interaction'

const GROUP = groupKey('1', 'general', 'small')
// Two bins of the brushed axis, with one row on the edge between them.
const REPLY: BrushTiles = {
  column: 'ifd.strict',
  edges: [0, 0.3, 0.6],
  places: [1, 2, 3],
  rows: [4, 1, 7],
  total: 20,
  later: ['scatter'],
  tiles: [
    {
      figureId: 'mnd-density',
      groups: [GROUP],
      perGroup: 3,
      edges: [0, 1],
      hasSums: false,
      packed: await packCounts([
        Uint32Array.of(0, 4, 0),
        Uint32Array.of(0, 0, 1),
        Uint32Array.of(2, 5, 0),
      ]),
    },
  ],
}

// Far longer than the tiles of these tests take to unpack.
const ENOUGH_MS = 50

let frames: (() => void)[] = []
const nextFrame = () => frames.splice(0).forEach((draw) => draw())

beforeEach(() => {
  frames = []
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => frames.push(draw))
  vi.stubGlobal('cancelAnimationFrame', () => (frames = []))
})
afterEach(() => vi.unstubAllGlobals())

it('asks once, then redraws what follows once a frame without asking again', async () => {
  const asked: BrushQuestion[] = []
  const store = new BrushStore(async (request) => {
    asked.push(request)
    return REPLY
  })
  store.add('ifd-density', { variant: 'strict' })
  store.add('mnd-density', {})
  const drawn: (number[] | null)[] = []
  store.onPreview('mnd-density', (counts) => {
    const own = counts?.of(GROUP)
    drawn.push(own ? [...own] : null)
  })
  const rows: (BrushedRows | null)[] = []
  store.onRows((one) => rows.push(one))
  const later: (readonly string[])[] = []
  store.onLater((figureIds) => later.push(figureIds))
  store.begin('ifd-density')
  drawn.length = 0
  rows.length = 0
  store.move([0, 0.3])
  await vi.waitFor(() => expect(later).toHaveLength(2))
  store.move([0, 0.3])
  nextFrame()
  // A filter keeps both of its ends, so the row on the edge belongs to either range.
  expect(drawn).toEqual([[0, 4, 1]])
  store.move([0.1 + 0.2, 0.6])
  store.move([0.3, 0.6])
  nextFrame()
  expect(drawn.at(-1)).toEqual([2, 5, 1])
  expect(drawn).toHaveLength(2)
  // The pointer moved within its bin.
  store.move([0.3, 0.6])
  expect(frames).toHaveLength(0)
  expect(rows).toEqual([
    { n: 5, of: 20 },
    { n: 8, of: 20 },
  ])
  expect(asked).toMatchObject([
    {
      figureId: 'ifd-density',
      options: { variant: 'strict' },
      targets: [{ figureId: 'mnd-density' }],
    },
  ])
  expect(later).toEqual([[], ['scatter']])
  store.hold()
  expect(later.at(-1)).toEqual([])
  expect(drawn).toHaveLength(2)
  store.settle('mnd-density')
  expect(drawn.at(-1)).toBeNull()
})

it('drops an answer that comes after the brush has ended', async () => {
  const store = new BrushStore(async () => REPLY)
  const drawn: unknown[] = []
  store.onPreview('mnd-density', (counts) => counts && drawn.push(counts))
  store.begin('ifd-density')
  store.move([0, 0.3])
  store.end()
  await new Promise((resolve) => setTimeout(resolve, ENOUGH_MS))
  nextFrame()
  expect(drawn).toEqual([])
})

it('shows bars as the view does', () => {
  const look = { heights: 'count', scale: 'linear' } as const
  const counts = [1, 3, 6, 0]
  const edges = [0, 1, 3]
  const of = (view: 'density' | 'histogram' | 'cumulative') =>
    previewHeights({ ...look, view }, edges, counts)
  expect(of('histogram')).toEqual([3, 6])
  expect(of('density')).toEqual([3 / 9, 6 / 18])
  expect(of('cumulative')).toEqual([0.1, 0.4, 1])
  expect(previewHeights({ ...look, view: 'histogram', heights: 'share' }, edges, counts)).toEqual([
    30, 60,
  ])
})

it('tells of a pointer that has reached another bin, and not of one that moved within it', () => {
  const store = new InteractionStore()
  const told = vi.fn<() => void>()
  store.subscribe(told)
  const readout = () => ({ title: 'IFD 0.3', items: [] })
  store.set({ at: 0.3, readout: readout() })
  store.set({ range: [0.3, 0.6] })
  expect(told).toHaveBeenCalledTimes(2)
  store.set({ at: 0.3, readout: readout() })
  store.set({ range: [0.3, 0.6] })
  expect(told).toHaveBeenCalledTimes(2)
  store.set({ range: [0.3, 0.9] })
  store.set({ at: null, readout: null })
  expect(told).toHaveBeenCalledTimes(4)
})
