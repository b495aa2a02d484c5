'use client'

import { Chip, Fieldset, Group, MultiSelect, Stack, Switch } from '@mantine/core'
import { useFacets, useOperators, useTags } from '@/components/hooks/use-rows'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { formatCount } from '@/lib/contracts/format'
import { ArmMark } from '@/components/figures/arm-mark'
import type { FacetCounts } from '@/lib/contracts/facets'
import type { RowFilter } from '@/lib/contracts/filter'
import type { StudyDetail } from '@/lib/contracts/study'
import { MARK_OPTIONS } from '@/components/shell/condition-text'
import { DrawnSample } from './drawn-sample'
import { RangeFields } from './range-fields'
import { Builder } from './builder'
import { ValueFields } from './value-fields'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'

interface ChipsProps {
  label: string
  options: readonly { value: string; label: string; colorIndex?: number | null }[]
  value: readonly string[]
  /** Rows of each value under the other parts of the filter; absent until they are counted. */
  counts: FacetCounts | undefined
  onChange(value: string[]): void
}

/** Returns the rows of a value as text: nothing until they are counted. */
function countText(counts: FacetCounts | undefined, value: string): string {
  if (!counts) return ''
  return ` (${formatCount(counts.find(({ key }) => key === value)?.rows ?? 0)})`
}

function Chips({ label, options, value, counts, onChange }: ChipsProps) {
  if (options.length === 0) return null
  return (
    <Fieldset variant="unstyled" legend={label}>
      <Chip.Group multiple value={[...value]} onChange={onChange}>
        <Group gap={6}>
          {options.map((option) => (
            <Chip key={option.value} value={option.value} size="xs" variant="outline">
              {option.colorIndex === undefined ? null : (
                <>
                  <ArmMark colorIndex={option.colorIndex} />{' '}
                </>
              )}
              {option.label}
              {countText(counts, option.value)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Fieldset>
  )
}

/** A list that may be too long for chips. */
function ManyChoices({
  label,
  options,
  value,
  counts,
  onChange,
}: Omit<ChipsProps, 'options'> & { options: readonly string[] }) {
  if (options.length === 0) return null
  return (
    <Fieldset variant="unstyled" legend={label}>
      <MultiSelect
        aria-label={label}
        placeholder={value.length === 0 ? 'all' : ''}
        data={options.map((name) => ({ value: name, label: `${name}${countText(counts, name)}` }))}
        value={[...value]}
        clearable
        searchable
        comboboxProps={{ withinPortal: false }}
        onChange={onChange}
      />
    </Fieldset>
  )
}

interface FilterPanelProps {
  detail: StudyDetail
  filter: RowFilter
  controls: ViewStateControls
}

/** Every part of the filter as a control. */
export function FilterPanel({ detail, filter, controls }: FilterPanelProps) {
  const rounds = [...new Set(detail.cells.map((cell) => cell.round))].sort((a, b) => a - b)
  const { setFilter } = controls
  const { data: facets } = useFacets(detail.study.id, filter, [])
  const tags = useTags(detail.study.id, filter)
  const operators = [...new Set([...useOperators(detail.study.id), ...filter.operators])]
  return (
    <Stack gap="sm">
      <Chips
        label="Seed sets"
        options={detail.seedSets.map((one) => ({ value: one.key, label: one.label }))}
        value={filter.seedSets}
        counts={facets?.seedSets}
        onChange={(seedSets) => setFilter({ seedSets })}
      />
      <Chips
        label="Evolvers"
        options={[
          { value: 'seeds', label: SEEDS_LABEL, colorIndex: null },
          ...detail.arms.map((arm) => ({
            value: arm.key,
            label: arm.label,
            colorIndex: arm.colorIndex,
          })),
        ]}
        value={filter.arms}
        counts={facets?.arms}
        onChange={(arms) => setFilter({ arms })}
      />
      <Chips
        label="Rounds"
        options={rounds.map((round) => ({ value: String(round), label: String(round) }))}
        value={filter.rounds.map(String)}
        counts={facets?.rounds}
        onChange={(next) => setFilter({ rounds: next.map(Number) })}
      />
      <ManyChoices
        label="Operators"
        options={operators}
        value={filter.operators}
        counts={facets?.operators}
        onChange={(chosen) => setFilter({ operators: chosen })}
      />
      <RangeFields detail={detail} filter={filter} controls={controls} />
      <ValueFields detail={detail} filter={filter} controls={controls} />
      <Chips
        label="Marks"
        options={MARK_OPTIONS}
        value={filter.marks}
        counts={facets?.marks}
        onChange={(marks) => setFilter({ marks: marks as RowFilter['marks'] })}
      />
      <ManyChoices
        label="Tags"
        options={tags.map(({ key }) => key)}
        value={filter.tags ?? []}
        counts={facets?.tags}
        onChange={(chosen) => setFilter({ tags: chosen })}
      />
      <Switch
        label="Hide excluded rows"
        checked={filter.hideDropped}
        onChange={(event) => setFilter({ hideDropped: event.currentTarget.checked })}
      />
      <DrawnSample filter={filter} facets={facets} controls={controls} />
      <Builder detail={detail} filter={filter} controls={controls} />
    </Stack>
  )
}
