import { Button } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import { useSearchProgress } from '@/components/hooks/use-rows'
import type { FilterPatch } from '@/components/hooks/use-view-state'
import { ProgressBar } from '@/components/ui/progress-bar'
import { formatCount } from '@/lib/contracts/format'
import type { RowFilter } from '@/lib/contracts/filter'
import classes from '../rows.module.css'
import { isSearch } from './is-search'

// Most searches are over by then, and a bar that flashes only disturbs.
const SHOW_AFTER_MS = 300

interface SearchProgressProps {
  studyId: string
  filter: RowFilter
  onFilter(patch: FilterPatch): void
}

/**
 * How far a long search is. Its button, and Escape wherever the focus is, go back to the search that was answered last, which breaks
 * this one off.
 */
export function SearchProgress({ studyId, filter, onFilter }: SearchProgressProps) {
  const { isAsking, progress } = useSearchProgress(studyId, isSearch(filter))
  const [isLong] = useDebouncedValue(isAsking, SHOW_AFTER_MS)
  const isShown = isAsking && isLong
  const answered = useRef<RowFilter | null>(null)
  useEffect(() => {
    if (!isAsking) answered.current = filter
  }, [isAsking, filter])
  const stop = useRef(() => {})
  useEffect(() => {
    stop.current = () => {
      const before = answered.current
      if (before && before !== filter) {
        onFilter({ text: before.text, find: before.find, where: before.where })
      } else onFilter({ text: '', find: undefined })
    }
  })
  useEffect(() => {
    if (!isShown) return undefined
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      stop.current()
    }
    document.addEventListener('keydown', onKey, { capture: true })
    return () => document.removeEventListener('keydown', onKey, { capture: true })
  }, [isShown])
  if (!isShown) return null
  return (
    <div className={classes.searching} role="status">
      <span>
        {progress
          ? `Searched ${formatCount(progress.done)} of ${formatCount(progress.total)} texts`
          : 'Searching'}
      </span>
      <ProgressBar
        share={progress ? progress.done / progress.total : null}
        label="Searched texts"
      />
      <Button size="compact-xs" variant="default" onClick={() => stop.current()}>
        Stop (Esc)
      </Button>
    </div>
  )
}
