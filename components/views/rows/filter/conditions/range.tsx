import { columnName } from '@/components/shell/column-name'
import { RangeEditor } from '../range-fields'
import type { Editor } from './types'

export const RangeCondition: Editor<'range'> = ({ detail, atom, onChange }) => {
  const column = detail.columns.find(({ id }) => id === atom.column.split('@')[0])
  return (
    <>
      <span>{column ? columnName(column) : atom.column}</span>
      <RangeEditor
        range={atom}
        column={column}
        onChange={(range) => onChange({ ...atom, ...range })}
      />
    </>
  )
}
