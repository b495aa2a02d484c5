import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type RefObject } from 'react'

type List = Virtualizer<HTMLDivElement, Element>

interface ListShape {
  count: number
  /** Pixels of a row, and of the head that stays above all rows. */
  rowHeight: number
  headHeight: number
  /** Rows drawn beyond what is in view. */
  overscan: number
}

/** A list in a box that scrolls, of which only what is in view is drawn, with the first and last entry that are. */
export function useVirtualList(
  scroll: RefObject<HTMLDivElement | null>,
  { count, rowHeight, headHeight, overscan }: ListShape,
) {
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan,
    scrollPaddingStart: headHeight,
  })
  const items = virtualizer.getVirtualItems()
  return {
    virtualizer,
    items,
    first: items[0]?.index ?? 0,
    last: items.at(-1)?.index ?? 0,
    height: virtualizer.getTotalSize() + headHeight,
  }
}

/**
 * Brings the chosen entry of a list into view: a linked one once its list is known (`listKey` is null before), a chosen
 * one when it changes. Another list starts at its top.
 */
export function useShownEntry(virtualizer: List, listKey: string | null, at: number | null): void {
  const shownKey = useRef<string | null>(null)
  useEffect(() => {
    if (listKey === null) return
    if (shownKey.current !== listKey) {
      const isFirst = shownKey.current === null
      shownKey.current = listKey
      virtualizer.scrollToIndex(isFirst ? (at ?? 0) : 0, { align: isFirst ? 'center' : 'start' })
    } else if (at !== null) {
      virtualizer.scrollToIndex(at, { align: 'auto' })
    }
  }, [listKey, at, virtualizer])
}
