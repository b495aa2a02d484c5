'use client'

import { Checkbox, Select, Stack, Text, TextInput } from '@mantine/core'
import { formatCount, plural } from '@/lib/contracts/format'
import { Table, type Column } from '@/components/ui/table'
import { COLUMN_KINDS } from '@/lib/contracts/column-kinds'
import { IMPORTED_VALUES, type ImportedColumn } from '@/lib/contracts/imported-values'
import { LIMITS } from '@/lib/contracts/limits'
import type { FurtherColumn } from '@/lib/contracts/study'
import classes from './overview.module.css'

const KINDS = [
  { group: 'Kinds', items: [...COLUMN_KINDS] },
  {
    group: 'Results of other tools',
    items: IMPORTED_VALUES.map(({ key, label }) => ({ value: key, label })),
  },
]

interface ImportColumnsProps {
  further: readonly FurtherColumn[]
  columns: readonly ImportedColumn[]
  onChange(columns: ImportedColumn[]): void
}

function columnsOf({ columns, onChange }: ImportColumnsProps): Column<FurtherColumn>[] {
  const chosenOf = ({ column }: FurtherColumn) => columns.find((one) => one.column === column)
  const choose = (name: string, chosen: Omit<ImportedColumn, 'column'> | null) => {
    const others = columns.filter(({ column }) => column !== name)
    onChange(chosen ? [...others, { column: name, ...chosen }] : others)
  }
  return [
    {
      name: 'Column',
      kind: 'line',
      cell: (further) => (
        <Checkbox
          label={<span dir="auto">{further.column}</span>}
          checked={chosenOf(further) !== undefined}
          onChange={(event) =>
            choose(further.column, event.currentTarget.checked ? { kind: further.kind } : null)
          }
        />
      ),
    },
    {
      name: 'Kind',
      cell: (further) => {
        const { column } = further
        const chosen = chosenOf(further)
        const kind = chosen?.kind ?? further.kind
        return (
          <>
            <Select
              aria-label={`Kind of ${column}`}
              size="xs"
              w={170}
              data={KINDS}
              value={kind}
              allowDeselect={false}
              onChange={(next) => next && choose(column, { kind: next })}
            />
            {kind === 'tags' ? (
              <TextInput
                aria-label={`What separates the tags of ${column}`}
                size="xs"
                w={170}
                mt={4}
                placeholder="separator, if one text"
                maxLength={LIMITS.separator}
                value={chosen?.separator ?? ''}
                onChange={(event) => {
                  const separator = event.currentTarget.value
                  choose(column, { kind, ...(separator === '' ? {} : { separator }) })
                }}
              />
            ) : null}
          </>
        )
      },
    },
    {
      name: 'First values',
      className: classes.samples,
      cell: ({ samples, distinct, rows, doubt }) => (
        <>
          <span dir="auto">{samples.join(' · ')}</span>
          <div className="ev-dim">
            {plural(distinct, 'distinct value')} in {formatCount(rows)} of the first rows
            {doubt === null ? '' : `. ${doubt}`}
          </div>
        </>
      ),
    },
  ]
}

/** Columns that nothing is mapped to: the chosen ones become columns of the study. */
export function ImportColumns(props: ImportColumnsProps) {
  if (props.further.length === 0) return null
  return (
    <Stack gap={4} mt="md">
      <Text size="sm">
        Further columns. Those you choose can be filtered, sorted and drawn by; the others stay with
        the rows.
      </Text>
      <Table
        label="Further columns"
        columns={columnsOf(props)}
        rows={props.further}
        keyOf="column"
      />
    </Stack>
  )
}
