import { Select } from '@mantine/core'
import { useResponseSets } from '@/components/hooks/use-responses'
import { RESPONSE_TEXT } from '@/components/shell/condition-text'
import { RESPONSE_STATES } from '@/lib/contracts/condition'
import { Several } from './several'
import type { Editor } from './types'

const STATES = RESPONSE_STATES.map((value) => ({ value, label: RESPONSE_TEXT[value] }))

export const ResponseCondition: Editor<'response'> = ({ detail, atom, onChange }) => {
  const { set, ...rest } = atom
  const sets = useResponseSets(detail.study.id).data ?? []
  const listed = sets.map(({ key, label }) => ({ value: key, label }))
  return (
    <>
      <span>Response</span>
      <Several
        label="Choose states of responses"
        options={STATES}
        value={atom.states}
        onChange={(states) =>
          onChange({ ...atom, states: RESPONSE_STATES.filter((one) => states.includes(one)) })
        }
      />
      <Select
        aria-label="Response set"
        size="xs"
        flex="1 1 150px"
        allowDeselect={false}
        comboboxProps={{ withinPortal: false }}
        data={[{ value: '', label: 'of the current set' }, ...listed]}
        value={set ?? ''}
        onChange={(key) => onChange(key ? { ...rest, set: key } : rest)}
      />
    </>
  )
}
