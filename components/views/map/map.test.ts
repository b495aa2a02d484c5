import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LEFT_OUT, MAX_AREA_POINTS } from '@/lib/contracts/map'
import { cameraOf, cameraText, extentOf, toFrame, toMap, wholeMap, zoomed } from './camera'
import { asPolygon } from './lasso'
import { circlesOf, inFrame, mapSvg } from './map-svg'
import { drawingOrder } from './painter'
import { indexPoints } from './point-index'
import { pointsByFile } from './points-by-file'

const SIZE = { width: 900, height: 600 }
const points = Float32Array.from([0, 0, 4, 2, Number.NaN, Number.NaN, -4, 1, 1, 1])
const whole = wholeMap(extentOf(points), SIZE)

describe('the camera', () => {
  it('shows all points, and keeps the place under the pointer while it zooms', () => {
    for (const place of [
      [0, 0],
      [4, 2],
      [-4, 1],
    ] as const) {
      const [x, y] = toFrame(whole, SIZE, place)
      expect(x >= 0 && x <= 900 && y >= 0 && y <= 600).toBe(true)
    }
    const at = [120, 500] as const
    const before = toMap(whole, SIZE, at)
    const near = zoomed(whole, SIZE, at, 7, whole)
    toMap(near, SIZE, at).forEach((part, k) => expect(part).toBeCloseTo(before[k] as number, 9))
    expect(zoomed(whole, SIZE, at, 1e9, whole).scale).toBe(4_000 * whole.scale)
  })

  it('is read back from an address, in a window of another size too', () => {
    const near = zoomed(whole, SIZE, [1, 2], 3, whole)
    const other = wholeMap(extentOf(points), { width: 400, height: 400 })
    const read = cameraOf(cameraText(near, whole), other)
    expect(read?.x).toBeCloseTo(near.x, 4)
    expect((read?.scale ?? 0) / other.scale).toBeCloseTo(3, 5)
    for (const text of [null, '', '1,2', '1,2,0', 'a,b,c', '1,2,1e9', '1,2,3,4'])
      expect(cameraOf(text, whole)).toBeNull()
  })
})

describe('an area', () => {
  it('has few corners, and those that matter', () => {
    const circle = Array.from({ length: 3_000 }, (_, k): [number, number] => [
      5 * Math.cos((k / 3_000) * 2 * Math.PI),
      5 * Math.sin((k / 3_000) * 2 * Math.PI),
    ])
    const polygon = asPolygon(circle, 0)
    expect(polygon).toHaveLength(MAX_AREA_POINTS)
    expect(polygon?.every(([x, y]) => Math.abs(Math.hypot(x, y) - 5) < 0.01)).toBe(true)
    const square: [number, number][] = [
      [0, 0],
      [1, 0],
      [2, 0],
      [2, 2],
      [0, 2],
      [0, 1],
    ]
    expect(asPolygon(square, 0.01)).toEqual([
      [0, 0],
      [2, 0],
      [2, 2],
      [0, 2],
    ])
    expect(
      asPolygon(
        [
          [0, 0],
          [1, 1],
          [2, 2],
        ],
        0,
      ),
    ).toBeNull()
    expect(
      asPolygon(
        [
          [0, 0],
          [1, 1],
        ],
        0,
      ),
    ).toBeNull()
  })
})

describe('points', () => {
  it('are found as by looking at all of them', () => {
    const place = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }))
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 200 }), place, (all, [x, y]) => {
        const index = indexPoints(Float32Array.from(all.flat()))
        const far = all.map(([px, py]) => Math.hypot(px - x, py - y))
        const found = index.nearest(x, y, 20, (k) => k % 3 !== 0)
        const best = Math.min(...far.filter((value, k) => k % 3 !== 0 && value <= 20))
        expect(found < 0 ? Infinity : far[found]).toBe(best)
      }),
      { numRuns: 200 },
    )
  })

  it('are drawn in a mixed order, those that the filter leaves out first', () => {
    const codes = Uint8Array.from([0, LEFT_OUT, 0, 1, LEFT_OUT + 1])
    expect([...drawingOrder(points, codes, LEFT_OUT, () => true)].toSorted()).toEqual([0, 1, 3, 4])
    const drawn = [...drawingOrder(points, codes, LEFT_OUT, (code) => code % LEFT_OUT === 0)]
    expect(drawn).toEqual([1, 0])
    const many = new Float32Array(2_000)
    const order = [...drawingOrder(many, new Uint8Array(1_000), LEFT_OUT, () => true)]
    expect(new Set(order).size).toBe(1_000)
    expect(order.slice(0, 500).filter((k) => k < 500).length).toBeLessThan(300)
  })

  it('are circles of an SVG, those in the frame in their order and colours, or a picture of them', () => {
    const camera = { x: -1, y: 0, scale: 100 }
    const codes = Uint8Array.from([0, 1, 0, 1, LEFT_OUT])
    const order = Uint32Array.from([4, 0, 1, 3])
    const colours = new Uint8Array(1024)
    colours.set([10, 20, 30, 255], 0)
    colours.set([90, 90, 90, 51], 4 * LEFT_OUT)
    const drawing = { points, codes, order, colours, camera, size: SIZE, point: 4, opacity: 0.5 }
    const drawn = inFrame(drawing)
    // One lies at 4, 2: beyond 900 pixels.
    expect(drawn).toEqual([
      { x: 650, y: 200, code: LEFT_OUT },
      { x: 550, y: 300, code: 0 },
      { x: 150, y: 200, code: 1 },
    ])
    const circles = circlesOf(drawing, drawn).split('\n')
    expect(circles.slice(0, 2)).toEqual([
      '<circle cx="650.0" cy="200.0" r="2.00" fill="rgb(90, 90, 90)" fill-opacity="0.100"/>',
      '<circle cx="550.0" cy="300.0" r="2.00" fill="rgb(10, 20, 30)" fill-opacity="0.500"/>',
    ])
    const record = { title: 'A <b>', description: 'said', json: '{"a":"<&>"}' }
    const svg = mapSvg(
      SIZE,
      circles.join('\n'),
      [{ text: 'x <&> (1 of 2)', colour: '#0072b2' }],
      record,
    )
    expect(svg).toContain('width="174.000mm"')
    expect(svg).toContain('>x &lt;&amp;&gt; (1 of 2)</text>')
    expect(svg).toContain('<title>A &lt;b&gt;</title>')
    expect(svg.match(/<circle/g)).toHaveLength(3)
    const image = mapSvg(SIZE, { image: 'data:image/png;base64,AA' }, [], record)
    expect(image).toContain(
      '<image x="0" y="0" width="900" height="600" href="data:image/png;base64,AA"/>',
    )
  })

  it('stand for the rows of the files, one after the other', () => {
    const files = pointsByFile([
      { cellId: 'a', rows: 3 },
      { cellId: 'b', rows: 2 },
    ])
    expect([0, 2, 3, 4, 5, -1].map(files.rowOf)).toEqual([
      { cellId: 'a', idx: 0 },
      { cellId: 'a', idx: 2 },
      { cellId: 'b', idx: 0 },
      { cellId: 'b', idx: 1 },
      null,
      null,
    ])
    expect(files.pointOf({ cellId: 'b', idx: 1 })).toBe(4)
    expect(files.pointOf({ cellId: 'b', idx: 2 })).toBe(-1)
  })
})
