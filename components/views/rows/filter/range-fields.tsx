'use client'

import { Checkbox, Fieldset, Select, Stack } from '@mantine/core'
import { byGroup } from '@/components/ui/by-group'
import { TypedNumber } from '@/components/fields/typed-number'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import type { RowFilter } from '@/lib/contracts/filter'
import type { RangeFilter } from '@/lib/contracts/column-filter'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import { offeredColumns } from '../table/row-columns'
import { FilterLine } from './filter-line'

interface RangeEditorProps {
  range: Omit<RangeFilter, 'missing'> & { missing?: boolean }
  column: ColumnInfo | undefined
  onChange(range: Omit<RangeFilter, 'column'>): void
}

function End({
  label,
  value,
  column,
  onChange,
}: {
  label: string
  value: number | null
  column: ColumnInfo | undefined
  onChange(value: number | null): void
}) {
  if (column?.levels) {
    return (
      <Select
        aria-label={label}
        w={120}
        comboboxProps={{ withinPortal: false }}
        data={[
          { value: '', label: 'any' },
          ...column.levels.map((level, index) => ({ value: String(index + 1), label: level })),
        ]}
        value={value === null ? '' : String(value)}
        onChange={(next) => onChange(next ? Number(next) : null)}
      />
    )
  }
  return (
    <TypedNumber aria-label={label} w={100} placeholder="any" value={value} onChange={onChange} />
  )
}

/** Both ends of a range, and whether rows without a value are in it where that can be said. */
export function RangeEditor({ range, column, onChange }: RangeEditorProps) {
  const { min, max, missing } = range
  const label = column?.label ?? range.column
  const set = (patch: Partial<RangeFilter>) =>
    onChange({ min, max, missing: missing ?? false, ...patch })
  return (
    <>
      <End
        label={`${label}, at least`}
        value={min}
        column={column}
        onChange={(next) => set({ min: next })}
      />
      <span className="ev-dim">to</span>
      <End
        label={`${label}, at most`}
        value={max}
        column={column}
        onChange={(next) => set({ max: next })}
      />
      {missing === undefined ? null : (
        <Checkbox
          label="or missing"
          checked={missing}
          onChange={(event) => set({ missing: event.currentTarget.checked })}
        />
      )}
    </>
  )
}

interface RangeFieldsProps {
  detail: StudyDetail
  filter: RowFilter
  controls: ViewStateControls
}

/** Ranges of metrics typed as numbers: the same as dragging over a histogram, for the keyboard. */
export function RangeFields({ detail, filter, controls }: RangeFieldsProps) {
  const free = offeredColumns(detail).filter(
    (column) =>
      (column.shape === 'scalar' || column.shape === 'enum') &&
      !filter.ranges.some((range) => range.column === column.id),
  )
  return (
    <Fieldset variant="unstyled" legend="Metric ranges and levels">
      <Stack gap={6}>
        {filter.ranges.map((range) => {
          const column = detail.columns.find((one) => one.id === range.column.split('@')[0])
          return (
            <FilterLine
              key={range.column}
              label={column?.label ?? range.column}
              part="range"
              onRemove={() => controls.setRange(range.column, null)}
            >
              <RangeEditor
                range={range}
                column={column}
                onChange={(next) => controls.setRange(range.column, next)}
              />
            </FilterLine>
          )
        })}
        <Select
          aria-label="Add a metric to filter by"
          placeholder="Add a metric"
          searchable
          comboboxProps={{ withinPortal: false }}
          data={byGroup(free).map(([group, ofGroup]) => ({
            group,
            items: ofGroup.map((column) => ({ value: column.id, label: column.label })),
          }))}
          value={null}
          onChange={(id) => id && controls.setRange(id, { min: null, max: null, missing: false })}
        />
      </Stack>
    </Fieldset>
  )
}
