'use client'

import { Checkbox, CloseButton, Group, MultiSelect, Select, TagsInput } from '@mantine/core'
import { useHistograms } from '@/components/hooks/use-rows'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { formatCount } from '@/components/ui/format'
import { isCoded, MATCH_TEXT, matchesOf, type ValueMatch } from '@/lib/contracts/column-kinds'
import type { RowFilter } from '@/lib/contracts/filter'
import type { ValueFilter } from '@/lib/contracts/column-filter'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import { offeredColumns } from '../table/row-columns'

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
  const names = [...new Set([...rowsOf.keys(), ...values])]
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

interface ValueLineProps extends Omit<ValueEditorProps, 'onChange'> {
  onChange(value: ValueFilter | null): void
}

function ValueLine({ onChange, ...props }: ValueLineProps) {
  const label = props.column?.label ?? props.value.column
  return (
    <Group gap={6}>
      <span dir="auto" style={{ flex: '1 1 100px', minWidth: 0, fontSize: '0.8125rem' }}>
        {label}
      </span>
      <ValueEditor {...props} onChange={onChange} />
      <CloseButton
        size="sm"
        aria-label={`Remove the values of ${label}`}
        onClick={() => onChange(null)}
      />
    </Group>
  )
}

interface ValueFieldsProps {
  detail: StudyDetail
  filter: RowFilter
  controls: ViewStateControls
}

/** Filters by category, flag, tag and text; absent in studies without such columns. */
export function ValueFields({ detail, filter, controls }: ValueFieldsProps) {
  const columns = offeredColumns(detail).filter(({ shape }) => isCoded(shape))
  if (columns.length === 0) return null
  const set = (at: number, next: ValueFilter | null) =>
    controls.setFilter({
      values: next ? filter.values.with(at, next) : filter.values.toSpliced(at, 1),
    })
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0, display: 'grid', gap: 6 }}>
      <legend style={{ fontWeight: 600, fontSize: '0.8125rem', padding: '0 0 4px' }}>
        Categories, tags and texts
      </legend>
      {filter.values.map((value, at) => (
        <ValueLine
          key={`${at} ${value.column}`}
          studyId={detail.study.id}
          filter={filter}
          value={value}
          column={columns.find(({ id }) => id === value.column.split('@')[0])}
          onChange={(next) => set(at, next)}
        />
      ))}
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
    </fieldset>
  )
}
