'use client'

import { Group, Select } from '@mantine/core'
import type { StudyDetail } from '@/lib/contracts/study'

interface ControlPickerProps {
  study: StudyDetail
  length: string | null
  flag: string | null
  onChange(changed: { length?: string | null; flag?: string | null }): void
}

/** Chooses the length that differences are controlled for, and the column whose flagged rows are left out. */
export function ControlPicker({ study, length, flag, onChange }: ControlPickerProps) {
  const columns = study.columns.filter((column) => !column.hidden)
  const options = (shape: 'scalar' | 'boolean') =>
    columns
      .filter((column) => column.shape === shape)
      .map(({ id, label }) => ({ value: id, label }))
  return (
    <Group gap="sm">
      <Select
        aria-label="Length to control for"
        placeholder="Length control"
        data={options('scalar')}
        value={length}
        onChange={(value) => onChange({ length: value })}
        clearable
        searchable
        w={190}
      />
      {options('boolean').length > 0 ? (
        <Select
          aria-label="Flag whose rows are left out"
          placeholder="Without flagged rows"
          data={options('boolean')}
          value={flag}
          onChange={(value) => onChange({ flag: value })}
          clearable
          w={190}
        />
      ) : null}
    </Group>
  )
}
