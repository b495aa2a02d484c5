import { MARK_TEXT } from '@/components/shell/condition-text'
import type { MarkKind } from '@/lib/contracts/rows'
import { Several } from './several'
import type { Editor } from './types'

const OPTIONS = Object.entries(MARK_TEXT).map(([value, label]) => ({ value, label }))

export const MarksCondition: Editor<'marks'> = ({ atom, onChange }) => (
  <>
    <span>Mark</span>
    <Several
      label="Choose marks"
      options={OPTIONS}
      value={atom.kinds}
      onChange={(kinds) => onChange({ ...atom, kinds: kinds as MarkKind[] })}
    />
  </>
)
