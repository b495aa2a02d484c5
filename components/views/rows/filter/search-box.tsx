'use client'

import { CloseButton, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'

// Long enough to type a word without a request a letter, short enough to feel at once.
const DEBOUNCE_MS = 250

/** Text search of the rows; `/` goes to it. */
export function SearchBox({ value, onChange }: { value: string; onChange(text: string): void }) {
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(value)
  const report = useDebouncedCallback(onChange, DEBOUNCE_MS)
  // The filter may change elsewhere (a chip, back): the box follows.
  const [shown, setShown] = useState(value)
  if (shown !== value) {
    setShown(value)
    setText(value)
  }
  useShortcut(KEYS.search, () => input.current?.focus())

  const set = (next: string) => {
    setText(next)
    report(next)
  }
  return (
    <TextInput
      ref={input}
      w={240}
      aria-label="Search in instructions, inputs and responses"
      placeholder="Search texts  ( / )"
      leftSection={<IconSearch size={14} />}
      rightSection={
        text ? (
          <CloseButton size="xs" aria-label="Clear the search" onClick={() => set('')} />
        ) : null
      }
      value={text}
      onChange={(event) => set(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}
