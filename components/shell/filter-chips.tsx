'use client'

import { Button, Text, UnstyledButton } from '@mantine/core'
import { IconArrowBackUp, IconArrowForwardUp, IconX } from '@tabler/icons-react'
import { useExportNames } from '@/components/hooks/use-export'
import { useFilterHistory } from '@/components/hooks/use-filter-history'
import { useRowCount } from '@/components/hooks/use-rows'
import { useStudy } from '@/components/hooks/use-studies'
import { useShortcut } from '@/components/ui/shortcuts'
import { isFiltered, useViewState, type FilterPatch } from '@/components/hooks/use-view-state'
import { formatCount, formatShare } from '@/lib/contracts/format'
import { ToolButton } from '@/components/ui/tool-button'
import { markedText } from '@/lib/contracts/decisions'
import type { RowFilter } from '@/lib/contracts/filter'
import type { StudyDetail } from '@/lib/contracts/study'
import {
  armText,
  conditionText,
  exportText,
  partnerText,
  rangeText,
  roundsText,
  sampleText,
  seedSetText,
  valuesText,
} from './condition-text'
import { KEYS } from './keys'
import { useDialogParam } from './use-dialog-param'
import classes from './frame.module.css'

interface Chip {
  key: string
  text: string
  without: FilterPatch
}

/** One chip for each part of the filter, with the filter that is left without it. */
export function filterChips(
  filter: RowFilter,
  study: StudyDetail | undefined,
  exportNames: ReadonlyMap<string, string> = new Map(),
): Chip[] {
  const names = { study, exports: exportNames }
  const chips: Chip[] = []
  const list = (key: keyof RowFilter, text: string, isOn: boolean) => {
    if (isOn) chips.push({ key, text, without: { [key]: [] } })
  }
  const seedSets = filter.seedSets.map((key) => seedSetText(key, names))
  list('seedSets', seedSets.join(', '), filter.seedSets.length > 0)
  const arms = filter.arms.map((key) => armText(key, names))
  list('arms', arms.join(', '), filter.arms.length > 0)
  list('rounds', roundsText(filter.rounds), filter.rounds.length > 0)
  list('operators', filter.operators.join(', '), filter.operators.length > 0)
  list('marks', filter.marks.map(markedText).join(', '), filter.marks.length > 0)
  const tags = filter.tags ?? []
  list('tags', `Tag ${tags.map((tag) => `"${tag}"`).join(' or ')}`, tags.length > 0)
  /** A chip for each entry of a list, which leaves the others. */
  const each = <T,>(key: keyof RowFilter, entries: readonly T[], textOf: (one: T) => string) => {
    for (const [k, one] of entries.entries()) {
      const without = { [key]: entries.filter((other) => other !== one) }
      chips.push({ key: `${key}-${k}`, text: textOf(one), without })
    }
  }
  each('ranges', filter.ranges, (one) => rangeText(one, names))
  each('partners', filter.partners ?? [], (one) => partnerText(one, names))
  each('exports', filter.exports ?? [], (one) => exportText(one, names))
  each('values', filter.values, (one) => valuesText(one, names))
  if (filter.text) chips.push({ key: 'text', text: `Text "${filter.text}"`, without: { text: '' } })
  if (filter.find) {
    chips.push({
      key: 'find',
      text: conditionText(filter.find, names),
      without: { find: undefined },
    })
  }
  if (filter.hideDropped) {
    chips.push({
      key: 'hideDropped',
      text: 'Without excluded rows',
      without: { hideDropped: false },
    })
  }
  const { where, sample } = filter
  if (where) {
    // The parts of the outermost "all of" are chips of their own, as the other parts of a filter are.
    const parts = 'all' in where ? where.all : [where]
    for (const [k, part] of parts.entries()) {
      const rest = parts.toSpliced(k, 1)
      chips.push({
        key: `where-${k}`,
        text: 'off' in part ? `Off: ${conditionText(part.off, names)}` : conditionText(part, names),
        without: { where: rest.length > 0 ? { all: rest } : undefined },
      })
    }
  }
  if (sample)
    chips.push({ key: 'sample', text: sampleText(sample), without: { sample: undefined } })
  return chips
}

/** The filter of a study, on each of its pages, with the number of rows it keeps and one click to clear. */
export function FilterChips({ studyId }: { studyId: string }) {
  const { state, setFilter, clearFilter } = useViewState()
  const filtered = isFiltered(state.filter)
  const { data: study } = useStudy(studyId)
  const { data: count } = useRowCount(studyId, { ...state, columns: [] }, filtered)
  const names = useExportNames(studyId, state.filter)
  const [, setDialog] = useDialogParam(['describe'])
  const history = useFilterHistory()
  useShortcut(KEYS.undoFilter, history.undo, { enabled: history.canUndo })
  useShortcut(KEYS.redoFilter, history.redo, { enabled: history.canRedo })
  if (!filtered && !history.canUndo && !history.canRedo) return null

  const counted = count
    ? `${formatCount(count.total)} of ${formatCount(count.outOf)} rows (${formatShare(count.outOf ? count.total / count.outOf : 0)})`
    : 'Counting rows'
  return (
    <div className={classes.chips} role="region" aria-label={filtered ? 'Filter' : 'Undo and redo'}>
      {filterChips(state.filter, study, names).map((chip) => (
        <span className={classes.chip} key={chip.key}>
          <span className={classes.chipText} title={chip.text} dir="auto">
            {chip.text}
          </span>
          <UnstyledButton
            className={classes.chipX}
            aria-label={`Remove the filter: ${chip.text}`}
            onClick={() => setFilter(chip.without)}
          >
            <IconX size={13} aria-hidden />
          </UnstyledButton>
        </span>
      ))}
      {filtered ? (
        <Button variant="subtle" size="compact-xs" onClick={clearFilter}>
          Clear all
        </Button>
      ) : (
        <span className="ev-dim">No filter</span>
      )}
      <ToolButton
        label="Undo the last change of the filter"
        icon={IconArrowBackUp}
        isPossible={history.canUndo}
        run={history.undo}
      />
      <ToolButton
        label="Redo the change of the filter"
        icon={IconArrowForwardUp}
        isPossible={history.canRedo}
        run={history.redo}
      />
      {filtered ? (
        <Button variant="subtle" size="compact-xs" onClick={() => setDialog('describe')}>
          Compare with the rest
        </Button>
      ) : null}
      {filtered ? (
        <Text span size="sm" c="dimmed" ml="auto" aria-live="polite">
          {counted}
        </Text>
      ) : null}
    </div>
  )
}
