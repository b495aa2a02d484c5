import { conditionText } from '@/components/shell/condition-text'
import type { Editor } from './types'

export const RowsCondition: Editor<'rows'> = ({ detail, atom }) => (
  <span>{conditionText(atom, { study: detail, exports: new Map() })}</span>
)
