'use client'

import { NumberInput, type NumberInputProps } from '@mantine/core'

interface TypedNumberProps extends Omit<NumberInputProps, 'value' | 'defaultValue' | 'onChange'> {
  /** null = nothing is in the field. */
  value: number | null
  onChange(value: number | null): void
}

/** A number that counts once it is typed: at Enter, or when the field is left, so that each digit is no step of its own. */
export function TypedNumber({ value, onChange, ...more }: TypedNumberProps) {
  return (
    <NumberInput
      key={`${value}`}
      {...more}
      defaultValue={value ?? ''}
      onBlur={(event) => {
        const text = event.currentTarget.value.trim()
        const next = text === '' || !Number.isFinite(Number(text)) ? null : Number(text)
        if (next !== value) onChange(next)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
      }}
    />
  )
}
