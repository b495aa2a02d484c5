import { useTags } from '@/components/hooks/use-rows'
import { MARK_OPTIONS } from '@/components/shell/condition-text'
import { emptyFilter } from '@/lib/contracts/filter'
import type { MarkKind } from '@/lib/contracts/rows'
import { Several } from './several'
import type { Editor } from './types'

export const MarksCondition: Editor<'marks'> = ({ detail, atom, onChange }) => (
  <>
    <span>Mark</span>
    <Several
      label="Choose marks"
      options={MARK_OPTIONS}
      value={atom.kinds}
      onChange={(kinds) => onChange({ ...atom, kinds: kinds as MarkKind[] })}
    />
    <Several
      label="or tags"
      options={useTags(detail.study.id, emptyFilter()).map(({ key }) => ({
        value: key,
        label: key,
      }))}
      value={atom.tags ?? []}
      onChange={(tags) => onChange({ ...atom, tags })}
    />
  </>
)
