import { conditionText } from '@/components/shell/condition-text'
import { usePreviousExports } from '@/components/hooks/use-export'
import type { Atom } from '@/lib/contracts/condition'
import type { EditorProps } from './types'

/** A condition that is made elsewhere, such as on a row or a page of its own: its text. */
export function StatedCondition({ detail, atom }: EditorProps<Atom>) {
  const { data = [] } = usePreviousExports(detail.study.id)
  const exports = new Map(data.map(({ id, name }) => [id, name]))
  return <span>{conditionText(atom, { study: detail, exports })}</span>
}
