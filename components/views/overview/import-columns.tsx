'use client'

import { Checkbox, Select, Stack, Text, TextInput } from '@mantine/core'
import { formatCount } from '@/components/ui/format'
import { COLUMN_KINDS } from '@/lib/contracts/column-kinds'
import { IMPORTED_VALUES, type ImportedColumn } from '@/lib/contracts/imported-values'
import { LIMITS } from '@/lib/contracts/limits'
import type { FurtherColumn } from '@/lib/contracts/study'

const KINDS = [
  { group: 'Kinds', items: [...COLUMN_KINDS] },
  {
    group: 'Results of other tools',
    items: IMPORTED_VALUES.map(({ key, label }) => ({ value: key, label })),
  },
]

interface LineProps {
  further: FurtherColumn
  chosen: ImportedColumn | undefined
  onChange(chosen: ImportedColumn | null): void
}

function ColumnLine({ further, chosen, onChange }: LineProps) {
  const { column, samples, distinct, rows, doubt } = further
  const kind = chosen?.kind ?? further.kind
  return (
    <tr>
      <td style={{ whiteSpace: 'nowrap' }}>
        <Checkbox
          label={<span dir="auto">{column}</span>}
          checked={chosen !== undefined}
          onChange={(event) => onChange(event.currentTarget.checked ? { column, kind } : null)}
        />
      </td>
      <td>
        <Select
          aria-label={`Kind of ${column}`}
          size="xs"
          w={150}
          data={KINDS}
          value={kind}
          allowDeselect={false}
          onChange={(next) => next && onChange({ column, kind: next })}
        />
        {kind === 'tags' ? (
          <TextInput
            aria-label={`What separates the tags of ${column}`}
            size="xs"
            w={150}
            mt={4}
            placeholder="separator, if one text"
            maxLength={LIMITS.separator}
            value={chosen?.separator ?? ''}
            onChange={(event) => {
              const separator = event.currentTarget.value
              onChange({ column, kind, ...(separator === '' ? {} : { separator }) })
            }}
          />
        ) : null}
      </td>
      <td style={{ whiteSpace: 'normal' }}>
        <span dir="auto">{samples.join(' · ')}</span>
        <div className="ev-dim">
          {formatCount(distinct)} distinct in {formatCount(rows)} of the first rows
          {doubt === null ? '' : `. ${doubt}`}
        </div>
      </td>
    </tr>
  )
}

interface ImportColumnsProps {
  further: readonly FurtherColumn[]
  columns: readonly ImportedColumn[]
  onChange(columns: ImportedColumn[]): void
}

/** Columns that nothing is mapped to: the chosen ones become columns of the study. */
export function ImportColumns({ further, columns, onChange }: ImportColumnsProps) {
  if (further.length === 0) return null
  return (
    <Stack gap={4} mt="md">
      <Text size="sm">
        Further columns. Those you choose can be filtered, sorted and drawn by; the others stay with
        the rows.
      </Text>
      <table className="ev-table" aria-label="Further columns">
        <tbody>
          {further.map((one) => (
            <ColumnLine
              key={one.column}
              further={one}
              chosen={columns.find(({ column }) => column === one.column)}
              onChange={(chosen) => {
                const others = columns.filter(({ column }) => column !== one.column)
                onChange(chosen ? [...others, chosen] : others)
              }}
            />
          ))}
        </tbody>
      </table>
    </Stack>
  )
}
