import { Select } from '@mantine/core'
import { usePreviousExports } from '@/components/hooks/use-export'
import type { Editor } from './types'

export const ExportCondition: Editor<'export'> = ({ detail, atom, onChange }) => {
  const { data = [] } = usePreviousExports(detail.study.id)
  const name = data.find(({ id }) => id === atom.id)?.name ?? atom.id
  return (
    <>
      <Select
        aria-label={`Rows of the export ${name}`}
        size="xs"
        w={100}
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        data={[
          { value: 'in', label: 'In' },
          { value: 'out', label: 'Not in' },
        ]}
        value={atom.inside ? 'in' : 'out'}
        onChange={(next) => onChange({ ...atom, inside: next === 'in' })}
      />
      <span dir="auto">export {name}</span>
    </>
  )
}
