'use client'

import { useElementSize, useMergedRef } from '@mantine/hooks'
import { useEffect, useRef, useState, type PointerEvent } from 'react'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import type { Area } from '@/lib/contracts/map'
import { moved, toFrame, toMap, zoomed, type Camera } from './camera'
import { asPolygon } from './lasso'
import classes from './map.module.css'
import type { MapDrawing } from './map-svg'
import { openPainter, pointLook } from './painter'
import type { Painter } from './painter-types'
import type { PointIndex } from './point-index'
import { useCamera } from './use-camera'

type Place = [number, number]

interface StageProps {
  points: Float32Array
  index: PointIndex
  codes: Uint8Array
  order: Uint32Array
  colours: Uint8Array
  /** Areas of the filter on this map. */
  areas: readonly Area['polygon'][]
  /** The open row's point, or -1. */
  open: number
  isLasso: boolean
  /** Whether a point can be pointed at: its group is shown. */
  isShown(point: number): boolean
  onLasso(isOn: boolean): void
  onArea(polygon: Area['polygon']): void
  onOpen(point: number): void
  onHover(hover: { point: number; x: number; y: number } | null): void
  onKind(kind: Painter['kind']): void
  /** Called with what was drawn. */
  onDrawn(drawing: MapDrawing): void
}

// Pixels within which a point counts as pointed at, and beyond which a press is a movement.
const REACH = 10
const STILL = 4
// Pixels of an arrow key, and what a key or a notch of the wheel changes.
const KEY_STEP = 60
const KEY_ZOOM = 1.5
const WHEEL_ZOOM = 1.0015
// A corner of an area that changes it by less than so many square pixels is left out.
const LEAST_CORNER = 12

/** The drawing of a map, with what pointer, wheel and keys do on it. */
export function Stage(props: StageProps) {
  const { points, index, codes, order, colours, areas, open, isLasso, isShown } = props
  const { onArea, onOpen, onHover, onKind, onLasso, onDrawn } = props
  const { ref: sizeRef, width, height } = useElementSize<HTMLDivElement>()
  const frame = useRef<HTMLDivElement>(null)
  const root = useMergedRef(sizeRef, frame)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [painter, setPainter] = useState<Painter | null>(null)
  const [generation, setGeneration] = useState(0)
  const size = { width: Math.max(1, width), height: Math.max(1, height) }
  const { camera, whole, move, reset } = useCamera(index.extent, size)
  const [line, setLine] = useState<Place[] | null>(null)
  const press = useRef<{ at: Place; last: Place; hasMoved: boolean } | null>(null)

  useEffect(() => {
    const own = canvas.current
    if (!own) return undefined
    const made = openPainter(own)
    setPainter(made)
    onKind(made.kind)
    const restored = () => setGeneration((n) => n + 1)
    own.addEventListener('webglcontextrestored', restored)
    return () => {
      own.removeEventListener('webglcontextrestored', restored)
      made.dispose()
    }
  }, [generation, onKind])
  useEffect(() => painter?.setPoints(points), [painter, points])
  useEffect(() => painter?.setCodes(codes, order), [painter, codes, order])
  useEffect(() => painter?.setColours(colours), [painter, colours])
  useEffect(() => {
    if (!painter || width === 0) return undefined
    const request = requestAnimationFrame(() => {
      const density = window.devicePixelRatio || 1
      const [left, high] = toMap(camera, { width, height }, [0, 0])
      const [right, low] = toMap(camera, { width, height }, [width, height])
      const share = order.length / Math.max(1, codes.length)
      const inFrame = index.countIn({ left, right, low, high }) * share
      const { size: point, opacity } = pointLook(inFrame, { width, height })
      painter.draw({ camera, size: { width, height }, density, point: point * density, opacity })
      onDrawn({ points, codes, order, colours, camera, size: { width, height }, point, opacity })
    })
    return () => cancelAnimationFrame(request)
  }, [painter, points, codes, order, colours, camera, width, height, index, onDrawn])

  const placeOf = (event: { clientX: number; clientY: number }): Place => {
    const box = frame.current?.getBoundingClientRect()
    return [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)]
  }
  const pointAt = (at: readonly [number, number]) => {
    const [x, y] = toMap(camera, size, at)
    return index.nearest(x, y, REACH / camera.scale, isShown)
  }
  const zoomAt = (at: Place, by: number) => move((now) => zoomed(now, size, at, by, whole))

  // React listens to the wheel without the right to keep the page from scrolling.
  const onWheel = useRef<(event: WheelEvent) => void>(() => undefined)
  useEffect(() => {
    onWheel.current = (event) => {
      event.preventDefault()
      zoomAt(placeOf(event), WHEEL_ZOOM ** -event.deltaY)
    }
  })
  useEffect(() => {
    const own = frame.current
    const listen = (event: WheelEvent) => onWheel.current(event)
    own?.addEventListener('wheel', listen, { passive: false })
    return () => own?.removeEventListener('wheel', listen)
  }, [])

  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    const at = placeOf(event)
    press.current = { at, last: at, hasMoved: false }
    if (isLasso || event.shiftKey) setLine([toMap(camera, size, at) as Place])
  }
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const at = placeOf(event)
    const held = press.current
    if (!held) {
      const point = pointAt(at)
      onHover(point < 0 ? null : { point, x: at[0], y: at[1] })
      return
    }
    if (Math.hypot(at[0] - held.at[0], at[1] - held.at[1]) > STILL) held.hasMoved = true
    if (!held.hasMoved) return
    onHover(null)
    const [dx, dy] = [at[0] - held.last[0], at[1] - held.last[1]]
    held.last = at
    if (line) setLine([...line, toMap(camera, size, at) as Place])
    else move((now) => moved(now, [dx, dy]))
  }
  const up = (event: PointerEvent<HTMLDivElement>) => {
    const held = press.current
    press.current = null
    if (line) {
      const polygon = held?.hasMoved ? asPolygon(line, LEAST_CORNER / camera.scale ** 2) : null
      setLine(null)
      onLasso(false)
      if (polygon) onArea(polygon)
      return
    }
    const point = held && !held.hasMoved ? pointAt(placeOf(event)) : -1
    if (point >= 0) onOpen(point)
  }

  const pan = (dx: number, dy: number) => move((now) => moved(now, [dx, dy]))
  const middle: Place = [size.width / 2, size.height / 2]
  useShortcut(KEYS.mapLeft, () => pan(KEY_STEP, 0))
  useShortcut(KEYS.mapRight, () => pan(-KEY_STEP, 0))
  useShortcut(KEYS.mapUp, () => pan(0, KEY_STEP))
  useShortcut(KEYS.mapDown, () => pan(0, -KEY_STEP))
  useShortcut(KEYS.mapNearer, () => zoomAt(middle, KEY_ZOOM))
  useShortcut(KEYS.mapFarther, () => zoomAt(middle, 1 / KEY_ZOOM))
  useShortcut(KEYS.mapWhole, reset)
  useShortcut(KEYS.mapLasso, () => onLasso(!isLasso))
  useShortcut(KEYS.mapOpen, () => {
    const reach = Math.max(size.width, size.height) / camera.scale
    const point = index.nearest(camera.x, camera.y, reach, isShown)
    if (point >= 0) onOpen(point)
  })

  return (
    <div
      ref={root}
      className={classes.stage}
      data-lasso={isLasso || undefined}
      onPointerDown={down}
      onPointerMove={drag}
      onPointerUp={up}
      onPointerLeave={() => onHover(null)}
      onPointerCancel={() => {
        press.current = null
        setLine(null)
      }}
    >
      <canvas ref={canvas} className={classes.canvas} role="img" aria-label="Map of the rows" />
      <svg className={classes.over} aria-hidden>
        {areas.map((polygon) => (
          <path
            key={JSON.stringify(polygon)}
            className={classes.area}
            d={pathOf(polygon, camera, size)}
          />
        ))}
        {line ? <path className={classes.line} d={pathOf(line, camera, size)} /> : null}
        {open >= 0 ? <Ring at={toFrame(camera, size, placeAt(points, open))} /> : null}
      </svg>
    </div>
  )
}

const placeAt = (points: Float32Array, k: number): Place => [
  points[2 * k] as number,
  points[2 * k + 1] as number,
]

function pathOf(places: readonly Place[], camera: Camera, size: { width: number; height: number }) {
  const corners = places.map((place) => toFrame(camera, size, place).map(Math.round).join(' '))
  return `M${corners.join('L')}Z`
}

function Ring({ at: [x, y] }: { at: readonly [number, number] }) {
  return Number.isNaN(x) ? null : <circle className={classes.ring} cx={x} cy={y} r={8} />
}
