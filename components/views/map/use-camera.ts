import { parseAsString, useQueryState } from 'nuqs'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { cameraOf, cameraText, wholeMap, type Camera, type Extent, type Size } from './camera'

// The address follows once a movement rests.
const REST_MS = 250

/** What part of the map is shown: at once on the page, and in the address once it rests. */
export function useCamera(extent: Extent, size: Size) {
  const [text, setText] = useQueryState('look', parseAsString)
  const { width, height } = size
  const whole = useMemo(() => wholeMap(extent, { width, height }), [extent, width, height])
  /** Moved, and not yet in the address. */
  const [ahead, setAhead] = useState<Camera | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const camera = ahead ?? cameraOf(text, whole) ?? whole
  const newest = useRef(camera)
  useEffect(() => {
    newest.current = camera
  }, [camera])
  const move = useCallback(
    (change: (camera: Camera) => Camera) => {
      const next = change(newest.current)
      newest.current = next
      setAhead(next)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => {
        void setText(cameraText(next, whole)).then(() => setAhead(null))
      }, REST_MS)
    },
    [setText, whole],
  )
  const reset = useCallback(() => {
    clearTimeout(timer.current)
    setAhead(null)
    void setText(null)
  }, [setText])
  return { camera, whole, move, reset }
}
