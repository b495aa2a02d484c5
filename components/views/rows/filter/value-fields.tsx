'use client'

import { Checkbox, Fieldset, MultiSelect, Select, Stack, TagsInput } from '@mantine/core'
import { useHistograms } from '@/components/hooks/use-rows'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { formatCount } from '@/lib/contracts/format'
import {
  isCoded,
  isYesNo,
  MATCH_TEXT,
  matchesOf,
  type ValueMatch,
} from '@/lib/contracts/column-kinds'
import type { RowFilter } from '@/lib/contracts/filter'
import type { ValueFilter } from '@/lib/contracts/column-filter'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import { offeredColumns } from '../table/row-columns'
import { FilterLine } from './filter-line'

interface ValueEditorProps {
  studyId: string
  /** Counts are those under the other parts of this filter. */
  filter: RowFilter
  value: ValueFilter
  column: ColumnInfo | undefined
  onChange(value: ValueFilter): void
}

/** How a column of words is filtered: the way, the words with their rows, and whether rows without a value are in. */
export function ValueEditor({ studyId, filter, value, column, onChange }: ValueEditorProps) {
  const { match, values, missing } = value
  const [histogram] = useHistograms(studyId, [value.column], filter, true)
  const words = histogram?.words
  const rowsOf = new Map(words?.counts.map(({ word, rows }) => [word, rows]))
  const names = [...new Set([...(column?.levels ?? []), ...rowsOf.keys(), ...values])]
  const label = column?.label ?? value.column
  const shared = {
    'aria-label': `Values of ${label}`,
    size: 'xs',
    flex: '1 1 160px',
    value: values,
    onChange: (next: string[]) => onChange({ ...value, values: next }),
    comboboxProps: { withinPortal: false },
  }
  return (
    <>
      <Select
        aria-label={`How ${label} is filtered`}
        size="xs"
        w={130}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        data={matchesOf(column?.shape ?? 'text').map((one) => ({
          value: one,
          label: MATCH_TEXT[one],
        }))}
        value={match}
        onChange={(next) => onChange({ ...value, match: next as ValueMatch })}
      />
      <Checkbox
        label={values.length === 0 ? 'only missing' : 'or missing'}
        checked={missing}
        onChange={(event) => onChange({ ...value, missing: event.currentTarget.checked })}
      />
      {match === 'contains' || (words?.more ?? 0) > 0 ? (
        // More words than the list shows can still be written.
        <TagsInput
          {...shared}
          placeholder="Write a value and press Enter"
          data={match === 'contains' ? [] : names}
        />
      ) : (
        <MultiSelect
          {...shared}
          searchable
          nothingFoundMessage={words ? 'No row has such a value.' : 'Counting the values'}
          data={names.map((name) => ({
            value: name,
            label: rowsOf.has(name) ? `${name} (${formatCount(rowsOf.get(name) ?? 0)})` : name,
          }))}
        />
      )}
    </>
  )
}

interface ValueFieldsProps {
  detail: StudyDetail
  filter: RowFilter
  controls: ViewStateControls
}

/** Filters by category, flag, tag and text; absent in studies without such columns. */
export function ValueFields({ detail, filter, controls }: ValueFieldsProps) {
  const columns = offeredColumns(detail).filter(
    (column) => isCoded(column.shape) || isYesNo(column),
  )
  if (columns.length === 0) return null
  const set = (at: number, next: ValueFilter | null) =>
    controls.setFilter({
      values: next ? filter.values.with(at, next) : filter.values.toSpliced(at, 1),
    })
  return (
    <Fieldset variant="unstyled" legend="Categories, tags and texts">
      <Stack gap={6}>
        {filter.values.map((value, at) => {
          const column = columns.find(({ id }) => id === value.column.split('@')[0])
          return (
            <FilterLine
              key={`${at} ${value.column}`}
              label={column?.label ?? value.column}
              part="values"
              onRemove={() => set(at, null)}
            >
              <ValueEditor
                studyId={detail.study.id}
                filter={filter}
                value={value}
                column={column}
                onChange={(next) => set(at, next)}
              />
            </FilterLine>
          )
        })}
        <Select
          aria-label="Add a column to filter by"
          placeholder="Add a column"
          searchable
          comboboxProps={{ withinPortal: false }}
          data={columns.map(({ id, label }) => ({ value: id, label }))}
          value={null}
          onChange={(id) => {
            const column = columns.find((one) => one.id === id)
            if (!column) return
            const match = matchesOf(column.shape)[0] ?? 'any'
            const added = { column: column.id, match, values: [], missing: false }
            controls.setFilter({ values: [...filter.values, added] })
          }}
        />
      </Stack>
    </Fieldset>
  )
}
