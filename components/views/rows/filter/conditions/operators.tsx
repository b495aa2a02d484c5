import { useOperators } from '@/components/hooks/use-rows'
import { Several } from './several'
import type { Editor } from './types'

export const OperatorsCondition: Editor<'operators'> = ({ detail, atom, onChange }) => (
  <>
    <span>Operator</span>
    <Several
      label="Choose operators"
      options={useOperators(detail.study.id).map((name) => ({ value: name, label: name }))}
      value={atom.names}
      onChange={(names) => onChange({ ...atom, names })}
    />
  </>
)
