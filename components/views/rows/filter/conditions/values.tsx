import { columnName } from '@/components/shell/column-name'
import { ValueEditor } from '../value-fields'
import type { Editor } from './types'

export const ValuesCondition: Editor<'values'> = ({ detail, filter, atom, onChange }) => {
  const column = detail.columns.find(({ id }) => id === atom.column.split('@')[0])
  return (
    <>
      <span dir="auto">{column ? columnName(column) : atom.column}</span>
      <ValueEditor
        studyId={detail.study.id}
        filter={filter}
        value={atom}
        column={column}
        onChange={(value) => onChange({ ...atom, ...value })}
      />
    </>
  )
}
