'use client'

import { Button, Text, UnstyledButton } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useExportNames } from '@/components/hooks/use-export'
import { useRowCount } from '@/components/hooks/use-rows'
import { useStudy } from '@/components/hooks/use-studies'
import { isFiltered, useViewState } from '@/components/hooks/use-view-state'
import { formatCount, formatValue, formatShare } from '@/components/ui/format'
import { MATCH_TEXT } from '@/lib/contracts/column-kinds'
import type { RowFilter } from '@/lib/contracts/filter'
import type { RangeFilter, ValueFilter } from '@/lib/contracts/column-filter'
import type { StudyDetail } from '@/lib/contracts/study'
import { columnName } from './column-name'
import classes from './frame.module.css'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'

interface Chip {
  key: string
  text: string
  without: Partial<RowFilter>
}

const MARK_TEXT: Record<RowFilter['marks'][number], string> = {
  star: 'Starred',
  keep: 'Kept',
  drop: 'Excluded',
  tag: 'Tagged',
  note: 'With a note',
}

function rangeText(range: RangeFilter, study: StudyDetail | undefined): string {
  const column = study?.columns.find((one) => one.id === range.column)
  const label = column ? columnName(column) : range.column
  const show = (value: number) => column?.levels?.[value - 1] ?? formatValue(value)
  const missing = range.missing ? ' or missing' : ''
  if (range.min !== null && range.min === range.max)
    return `${label} = ${show(range.min)}${missing}`
  if (range.min === null && range.max === null) return `${label} has a value`
  if (range.min === null) return `${label} ≤ ${show(range.max ?? 0)}${missing}`
  if (range.max === null) return `${label} ≥ ${show(range.min)}${missing}`
  return `${label} ${show(range.min)} to ${show(range.max)}${missing}`
}

function valuesText({ column: id, match, values, missing }: ValueFilter, study?: StudyDetail) {
  const column = study?.columns.find((one) => one.id === id)
  const label = column ? columnName(column) : id
  if (values.length === 0) return missing ? `${label} is missing` : `${label} has a value`
  const words = values.map((value) => `"${value}"`).join(', ')
  return `${label} ${MATCH_TEXT[match]} ${words}${missing ? ' or missing' : ''}`
}

/** One chip for each part of the filter, with the filter that is left without it. */
export function filterChips(
  filter: RowFilter,
  study: StudyDetail | undefined,
  exportNames: ReadonlyMap<string, string> = new Map(),
): Chip[] {
  const armLabel = (key: string) =>
    key === 'seeds' ? SEEDS_LABEL : (study?.arms.find((arm) => arm.key === key)?.label ?? key)
  const seedLabel = (key: string) => study?.seedSets.find((set) => set.key === key)?.label ?? key
  const chips: Chip[] = []
  const list = (key: keyof RowFilter, text: string, isOn: boolean) => {
    if (isOn) chips.push({ key, text, without: { [key]: [] } })
  }
  list('seedSets', filter.seedSets.map(seedLabel).join(', '), filter.seedSets.length > 0)
  list('arms', filter.arms.map(armLabel).join(', '), filter.arms.length > 0)
  const rounds = [...filter.rounds].sort((a, b) => a - b).join(', ')
  list('rounds', `Round ${rounds}`, filter.rounds.length > 0)
  list('operators', filter.operators.join(', '), filter.operators.length > 0)
  list('marks', filter.marks.map((mark) => MARK_TEXT[mark]).join(', '), filter.marks.length > 0)
  const tags = filter.tags ?? []
  list('tags', `Tag ${tags.map((tag) => `"${tag}"`).join(' or ')}`, tags.length > 0)
  for (const range of filter.ranges) {
    chips.push({
      key: `range-${range.column}`,
      text: rangeText(range, study),
      without: { ranges: filter.ranges.filter((other) => other !== range) },
    })
  }
  const partners = filter.partners ?? []
  for (const [k, one] of partners.entries()) {
    const whose = one.of === 'parent' ? 'Parent' : `${armLabel(one.of.arm)} at the same seed`
    chips.push({
      key: `partner-${k}`,
      text: `${whose}: ${rangeText({ ...one, missing: false }, study)}`,
      without: { partners: partners.filter((other) => other !== one) },
    })
  }
  const exports = filter.exports ?? []
  for (const [k, one] of exports.entries()) {
    chips.push({
      key: `export-${k}`,
      text: `${one.inside ? 'In' : 'Not in'} export "${exportNames.get(one.id) ?? one.id}"`,
      without: { exports: exports.filter((other) => other !== one) },
    })
  }
  for (const [k, one] of filter.values.entries()) {
    chips.push({
      key: `values-${k}`,
      text: valuesText(one, study),
      without: { values: filter.values.filter((other) => other !== one) },
    })
  }
  if (filter.text) chips.push({ key: 'text', text: `Text "${filter.text}"`, without: { text: '' } })
  if (filter.hideDropped) {
    chips.push({
      key: 'hideDropped',
      text: 'Without excluded rows',
      without: { hideDropped: false },
    })
  }
  return chips
}

/** The filter of a study, on each of its pages, with the number of rows it keeps and one click to clear. */
export function FilterChips({ studyId }: { studyId: string }) {
  const { state, setFilter, clearFilter } = useViewState()
  const filtered = isFiltered(state.filter)
  const { data: study } = useStudy(studyId)
  const { data: count } = useRowCount(studyId, { ...state, columns: [] }, filtered)
  const names = useExportNames(studyId, state.filter)
  if (!filtered) return null

  const counted = count
    ? `${formatCount(count.total)} of ${formatCount(count.outOf)} rows (${formatShare(count.outOf ? count.total / count.outOf : 0)})`
    : 'Counting rows'
  return (
    <div className={classes.chips} role="region" aria-label="Filter">
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
      <Button variant="subtle" size="compact-xs" onClick={clearFilter}>
        Clear all
      </Button>
      <Text span size="sm" c="dimmed" ml="auto" aria-live="polite">
        {counted}
      </Text>
    </div>
  )
}
