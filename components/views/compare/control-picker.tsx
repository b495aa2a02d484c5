'use client'

import { Group, Select, type SelectProps } from '@mantine/core'
import { isYesNo } from '@/lib/contracts/column-kinds'
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
  const options = {
    length: columns.filter(({ shape }) => shape === 'scalar'),
    flag: columns.filter(isYesNo),
  }
  const choice = (field: 'length' | 'flag', texts: SelectProps) => (
    <Select
      {...texts}
      data={options[field].map(({ id, label }) => ({ value: id, label }))}
      value={field === 'length' ? length : flag}
      onChange={(value) => onChange({ [field]: value })}
      clearable
      searchable
      w={190}
    />
  )
  return (
    <Group gap="sm">
      {choice('length', {
        'aria-label': 'Length to control for',
        placeholder: 'Length control',
      })}
      {options.flag.length > 0
        ? choice('flag', {
            'aria-label': 'Flag whose rows are left out',
            placeholder: 'Without flagged rows',
          })
        : null}
    </Group>
  )
}
