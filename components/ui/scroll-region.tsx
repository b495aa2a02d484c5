'use client'

import type { CSSProperties, ReactNode } from 'react'
import { useEffect, useRef } from 'react'

interface ScrollRegionProps {
  label: string
  className?: string
  style?: CSSProperties
  children: ReactNode
}

/** A box that scrolls inside itself; a stop of the Tab key only while there is something to scroll. */
export function ScrollRegion({
  label,
  className = 'ev-panel',
  style = {},
  children,
}: ScrollRegionProps) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const update = () => {
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element
      if (scrollWidth > clientWidth || scrollHeight > clientHeight) element.tabIndex = 0
      else element.removeAttribute('tabindex')
    }
    const observer = new ResizeObserver(update)
    observer.observe(element)
    for (const child of element.children) observer.observe(child)
    return () => observer.disconnect()
  }, [])
  return (
    <div
      ref={box}
      className={className}
      style={{ overflow: 'auto', ...style }}
      role="region"
      aria-label={label}
    >
      {children}
    </div>
  )
}
