import { Select } from '@mantine/core'
import { columnName } from '@/components/shell/column-name'
import { RangeEditor } from '../range-fields'
import type { Editor } from './types'

// No key of an evolver is empty.
const PARENT = ''

export const PartnerCondition: Editor<'partner'> = ({ detail, atom, onChange }) => {
  const column = detail.columns.find(({ id }) => id === atom.column.split('@')[0])
  return (
    <>
      <Select
        aria-label="Whose value"
        size="xs"
        w={190}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        data={[
          { value: PARENT, label: 'Parent' },
          ...detail.arms.map(({ key, label }) => ({
            value: key,
            label: `${label} at the same seed`,
          })),
        ]}
        value={atom.of === 'parent' ? PARENT : atom.of.arm}
        onChange={(key) => onChange({ ...atom, of: key ? { arm: key } : 'parent' })}
      />
      <span>{column ? columnName(column) : atom.column}</span>
      <RangeEditor
        range={{ column: atom.column, min: atom.min, max: atom.max }}
        column={column}
        onChange={({ min, max }) => onChange({ ...atom, min, max })}
      />
    </>
  )
}
