'use client'

import { parseAsJson, parseAsString, useQueryState } from 'nuqs'
import { useEffect, useState } from 'react'
import { z } from 'zod'
import type { FigureListItem } from '@/lib/contracts/figure'
import { firstLayout, layoutText, parseLayout, withShown, type Placed } from './layout'
import { FIGURES_PARAM, SHOWN_PARAM } from './selection'

/** `FigureOptions`; in the URL as `figures`. */
const optionsSchema = z.record(
  z.string(),
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
)
const optionsParser = parseAsJson(optionsSchema).withDefault({})
const FRAGMENT = '#figure-'

/** The figure that the address points at (`#figure-ifd-density`), or null. */
function useLinkedFigure(): string | null {
  const [linked, setLinked] = useState<string | null>(null)
  useEffect(() => {
    const read = () => {
      const { hash } = window.location
      setLinked(hash.startsWith(FRAGMENT) ? hash.slice(FRAGMENT.length) : null)
    }
    read()
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [])
  return linked
}

/** Which figures are shown, where and how wide, and their options; all of it is in the address. */
export function useLayout(figures: readonly FigureListItem[]) {
  const [text, setText] = useQueryState(SHOWN_PARAM, parseAsString.withOptions({ history: 'push' }))
  const [options, setOptions] = useQueryState(
    FIGURES_PARAM,
    optionsParser.withOptions({ history: 'push' }),
  )
  const linked = useLinkedFigure()
  const listed = text === null ? firstLayout(figures) : parseLayout(text)
  // Options or a link that name a figure ask for it, whatever else is shown; one that was hidden stays hidden.
  const asked = text === null ? Object.keys(options) : []
  const layout = withShown(listed, linked === null ? asked : [...asked, linked])
  return {
    layout,
    linked,
    options,
    isFirst: text === null && Object.keys(options).length === 0,
    setOptions,
    setLayout(next: readonly Placed[]) {
      // A figure that was opened by its link alone goes when it is hidden.
      if (linked !== null && !next.some(({ id }) => id === linked)) {
        history.replaceState(null, '', window.location.pathname + window.location.search)
        window.dispatchEvent(new HashChangeEvent('hashchange'))
      }
      void setText(layoutText(next))
    },
    /** Shows what a study shows at first. */
    reset() {
      void setText(null)
      void setOptions(null)
    },
  }
}
