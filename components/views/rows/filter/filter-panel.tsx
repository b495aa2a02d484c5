'use client'

import { Chip, Fieldset, Group, MultiSelect, Stack, Switch } from '@mantine/core'
import { useOperators } from '@/components/hooks/use-rows'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { ArmMark } from '@/components/figures/arm-mark'
import type { RowFilter } from '@/lib/contracts/filter'
import type { StudyDetail } from '@/lib/contracts/study'
import { RangeFields } from './range-fields'
import { ValueFields } from './value-fields'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'

const MARKS = [
  { value: 'star', label: 'Starred' },
  { value: 'keep', label: 'Kept' },
  { value: 'drop', label: 'Excluded' },
  { value: 'tag', label: 'Tagged' },
  { value: 'note', label: 'With a note' },
]

interface ChipsProps {
  label: string
  options: readonly { value: string; label: string; colorIndex?: number | null }[]
  value: readonly string[]
  onChange(value: string[]): void
}

function Chips({ label, options, value, onChange }: ChipsProps) {
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
            </Chip>
          ))}
        </Group>
      </Chip.Group>
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
  const operators = [...new Set([...useOperators(detail.study.id), ...filter.operators])]
  return (
    <Stack gap="sm">
      <Chips
        label="Seed sets"
        options={detail.seedSets.map((one) => ({ value: one.key, label: one.label }))}
        value={filter.seedSets}
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
        onChange={(arms) => setFilter({ arms })}
      />
      <Chips
        label="Rounds"
        options={rounds.map((round) => ({ value: String(round), label: String(round) }))}
        value={filter.rounds.map(String)}
        onChange={(next) => setFilter({ rounds: next.map(Number) })}
      />
      {operators.length > 0 ? (
        <Fieldset variant="unstyled" legend="Operators">
          <MultiSelect
            aria-label="Operators"
            placeholder={filter.operators.length === 0 ? 'all' : ''}
            data={operators}
            value={filter.operators}
            clearable
            comboboxProps={{ withinPortal: false }}
            onChange={(chosen) => setFilter({ operators: chosen })}
          />
        </Fieldset>
      ) : null}
      <RangeFields detail={detail} filter={filter} controls={controls} />
      <ValueFields detail={detail} filter={filter} controls={controls} />
      <Chips
        label="Marks"
        options={MARKS}
        value={filter.marks}
        onChange={(marks) => setFilter({ marks: marks as RowFilter['marks'] })}
      />
      <Switch
        label="Hide excluded rows"
        checked={filter.hideDropped}
        onChange={(event) => setFilter({ hideDropped: event.currentTarget.checked })}
      />
    </Stack>
  )
}
