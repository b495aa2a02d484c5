import { TextInput } from '@mantine/core'
import { LIMITS } from '@/lib/contracts/limits'
import type { EditorProps } from './types'

/** A text that is looked for once it is typed: Enter, or leaving the field. */
function TextCondition<A extends { text: string }>({
  label,
  atom,
  onChange,
}: Pick<EditorProps<A>, 'atom' | 'onChange'> & { label: string }) {
  return (
    <>
      <span>{label}</span>
      <TextInput
        key={atom.text}
        aria-label={label}
        size="xs"
        flex="1 1 180px"
        maxLength={LIMITS.search}
        defaultValue={atom.text}
        onBlur={(event) => {
          const text = event.currentTarget.value
          if (text !== atom.text) onChange({ ...atom, text })
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur()
        }}
      />
    </>
  )
}

/** Returns the field of a condition that is a text. */
export function textCondition<A extends { text: string }>(label: string) {
  return ({ atom, onChange }: EditorProps<A>) => (
    <TextCondition label={label} atom={atom} onChange={onChange} />
  )
}
