'use client'

import { Box, Group, Select } from '@mantine/core'
import { Segments } from '@/components/fields/segments'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRouter } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { PAIR_WINDOW, useComparePairs } from '@/components/hooks/use-compare'
import { formatCount } from '@/lib/contracts/format'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import { EmptyState, ErrorState } from '@/components/ui/states'
import type { CompareState, PairFilter } from '@/lib/contracts/compare'
import type { ComparePair } from '@/lib/contracts/compare-pairs'
import { PairFilterFields } from './pair-filter'
import { PairCard, type DiffMode, type PairContext, type ShownText } from './pair-card'
import classes from './compare.module.css'

// Head line, eight lines of text and padding: what a closed card with three full columns takes.
const CARD_HEIGHT = 224
const OVERSCAN = 3

const ORDERS = [
  { value: 'slot', label: 'Seed order' },
  { value: '-size', label: 'Largest difference' },
  { value: '-difference', label: 'A most above B' },
  { value: 'difference', label: 'B most above A' },
  { value: 'size', label: 'Smallest difference' },
]

interface PairListProps {
  context: PairContext
  total: number
  selected: string | null
  onSelect(pair: string): void
  onOrder(sort: CompareState['sort'], descending: boolean): void
  onFilter(changed: Partial<PairFilter>): void
  onDiff(mode: DiffMode): void
  onText(text: ShownText): void
}

function pairKey(pair: ComparePair): string {
  const seed = `${pair.seedSetKey}.${pair.slot}`
  return pair.copy === 0 ? seed : `${seed}.${pair.copy}`
}

function Controls({
  context,
  onOrder,
  onFilter,
  onDiff,
  onText,
}: Omit<PairListProps, 'total' | 'selected' | 'onSelect'>) {
  const { sort, descending } = context.state
  return (
    <Group gap="sm">
      <Select
        aria-label="Order of the pairs"
        data={ORDERS}
        value={`${descending ? '-' : ''}${sort}`}
        onChange={(value) =>
          value && onOrder(value.replace('-', '') as CompareState['sort'], value.startsWith('-'))
        }
        w={180}
      />
      <PairFilterFields filter={context.state.pairs} levels={context.levels} onChange={onFilter} />
      <Segments
        label="Text shown"
        options={{ instruction: 'Instructions', response: 'Responses' }}
        value={context.text}
        onChange={onText}
      />
      <Segments
        label="Words marked"
        options={{ sides: 'A against B', seed: 'Against the seed', off: 'No marks' }}
        value={context.diff}
        onChange={onDiff}
      />
    </Group>
  )
}

/** The pairs of rows of one seed, drawn as they scroll into view. */
export function PairList(props: PairListProps) {
  const { context, selected, onSelect } = props
  // How many pairs the filter leaves comes with the first window.
  const [first] = useComparePairs(context.studyId, context.state, [0])
  const total = first?.data?.total ?? props.total
  const router = useRouter()
  const scroller = useRef<HTMLDivElement>(null)
  const current = useRef(-1)
  const awaited = useRef(-1)
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD_HEIGHT,
    overscan: OVERSCAN,
  })
  const items = virtual.getVirtualItems()
  const pages = [...new Set(items.map((item) => Math.floor(item.index / PAIR_WINDOW)))]
  const queries = useComparePairs(context.studyId, context.state, pages)
  const pairAt = (index: number): ComparePair | undefined => {
    const query = queries[pages.indexOf(Math.floor(index / PAIR_WINDOW))]
    return query?.data?.rows[index % PAIR_WINDOW]
  }
  const shown = items.map((item) => pairAt(item.index))
  const failed = queries.find((query) => query.error && query.data === undefined)

  // Another order or comparison starts at the top.
  const orderKey = JSON.stringify(context.state)
  const shownOrder = useRef(orderKey)
  useEffect(() => {
    if (shownOrder.current === orderKey) return
    shownOrder.current = orderKey
    current.current = -1
    awaited.current = -1
    scroller.current?.scrollTo({ top: 0 })
  }, [orderKey])

  const move = (step: number) => {
    if (total === 0) return
    const known = items.find((item) => {
      const pair = pairAt(item.index)
      return pair !== undefined && pairKey(pair) === selected
    })?.index
    // The target of the last step counts more than the address: its row may not be loaded yet.
    const from = current.current >= 0 ? current.current : (known ?? -1)
    const to = Math.max(0, Math.min(total - 1, from + step))
    current.current = to
    virtual.scrollToIndex(to, { align: 'start' })
    const pair = pairAt(to)
    awaited.current = pair ? -1 : to
    if (pair) onSelect(pairKey(pair))
  }
  useEffect(() => {
    const pair = awaited.current >= 0 ? pairAt(awaited.current) : undefined
    if (!pair) return
    awaited.current = -1
    onSelect(pairKey(pair))
  })
  useShortcut(KEYS.nextPair, () => move(1))
  useShortcut(KEYS.previousPair, () => move(-1))
  // Arrows and Enter act inside the list only: elsewhere controls and the page use them.
  const onKey = useRef<(event: KeyboardEvent) => void>(() => undefined)
  useEffect(() => {
    onKey.current = (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      const isOnControl = event.target instanceof Element && event.target.closest('a') !== null
      const isEnter = event.key === 'Enter' && !isOnControl
      const pair = isEnter ? shown.find((one) => one && pairKey(one) === selected) : undefined
      if (step === undefined && !pair) return
      event.preventDefault()
      if (step !== undefined) move(step)
      else if (pair) router.push(context.rowHref(pair.a.cellId, pair.a.idx))
    }
  })
  useEffect(() => {
    const element = scroller.current
    const listen = (event: KeyboardEvent) => onKey.current(event)
    element?.addEventListener('keydown', listen)
    return () => element?.removeEventListener('keydown', listen)
  }, [failed])

  return (
    <>
      <Controls {...props} />
      {failed ? (
        <ErrorState
          error={failed.error}
          what="The pairs could not be read"
          onRetry={() => void failed.refetch()}
        />
      ) : total === 0 ? (
        <EmptyState title="No pair passes the filter">
          Ask for a smaller difference, or clear the levels.
        </EmptyState>
      ) : (
        <div
          ref={scroller}
          className={`ev-panel ${classes.list}`}
          role="region"
          aria-label={`${formatCount(total)} aligned pairs`}
        >
          <div className={classes.pairs} style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => {
              const pair = pairAt(item.index)
              return (
                <div
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  className={classes.slot}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  {pair ? (
                    <PairCard
                      pair={pair}
                      context={context}
                      isSelected={pairKey(pair) === selected}
                      onSelect={() => {
                        current.current = item.index
                        onSelect(pairKey(pair))
                      }}
                    />
                  ) : (
                    <Box className="ev-late" h={CARD_HEIGHT} aria-hidden />
                  )}
                </div>
              )
            })}
          </div>
        </div>
      )}
    </>
  )
}
