'use client'

import type { ReactNode } from 'react'
import { useEffect, useRef } from 'react'
import classes from './ui.module.css'

interface ScrollRegionProps {
  label: string
  className?: string | undefined
  maxHeight?: number | undefined
  children: ReactNode
}

/** A box that scrolls inside itself; a stop of the Tab key only while there is something to scroll. */
export function ScrollRegion({
  label,
  className = 'ev-panel',
  maxHeight,
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
      className={`${classes.scroll} ${className}`}
      {...(maxHeight === undefined ? {} : { style: { maxHeight } })}
      role="region"
      aria-label={label}
    >
      {children}
    </div>
  )
}
