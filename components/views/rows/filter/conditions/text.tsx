import { TextInput } from '@mantine/core'
import { LIMITS } from '@/lib/contracts/limits'
import type { EditorProps } from './types'

/** Conditions that are one text, and the key that holds it. */
interface TextProps<A> {
  label: string
  /** Key of the text. */
  of: keyof A & string
  /** An empty text keeps nothing of such a condition. */
  isNeeded?: boolean
}

/** Returns the field of a condition that is a text: it is looked for once it is typed, by Enter or leaving the field. */
export function textCondition<A extends object>({ label, of, isNeeded = false }: TextProps<A>) {
  return ({ atom, onChange }: EditorProps<A>) => {
    const text = String(atom[of])
    return (
      <>
        <span>{label}</span>
        <TextInput
          key={text}
          aria-label={label}
          size="xs"
          flex="1 1 180px"
          maxLength={LIMITS.search}
          defaultValue={text}
          onBlur={(event) => {
            const typed = event.currentTarget.value
            if (typed !== text && (typed !== '' || !isNeeded)) onChange({ ...atom, [of]: typed })
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur()
          }}
        />
      </>
    )
  }
}
