'use client'

import { Modal } from '@mantine/core'
import { useState } from 'react'
import { useShortcut, useShortcutList, type ShortcutKey } from '@/components/ui/shortcuts'
import { KeyGroups } from './key-groups'
import { ALWAYS_KEYS, KEYS } from './keys'

/** Every key that works on the page it is opened from. */
export function ShortcutSheet() {
  const list = useShortcutList()
  const [shown, setShown] = useState<readonly ShortcutKey[] | null>(null)
  useShortcut(KEYS.sheet, () => setShown([...list(), ...ALWAYS_KEYS]))
  return (
    <Modal
      opened={shown !== null}
      onClose={() => setShown(null)}
      title="Keyboard shortcuts"
      size="lg"
    >
      <KeyGroups keys={shown ?? []} />
    </Modal>
  )
}
