'use client'

import { Kbd, Modal } from '@mantine/core'
import { useState } from 'react'
import type { Shortcut } from '@/components/ui/shortcuts'
import { useShortcut, useShortcutList } from '@/components/ui/shortcuts'
import classes from './frame.module.css'

type Listed = Pick<Shortcut, 'keys' | 'description' | 'group'>

const ALWAYS: readonly Listed[] = [
  { keys: 'Ctrl k', description: 'Command palette', group: 'Everywhere' },
  { keys: 'Escape', description: 'Close, or leave a selection', group: 'Everywhere' },
  { keys: 'Tab', description: 'To the next control', group: 'Everywhere' },
]

const KEY_NAMES: Record<string, string> = {
  Escape: 'Esc',
  ArrowDown: '↓',
  ArrowUp: '↑',
}

function groupByName(shortcuts: readonly Listed[]): Map<string, Listed[]> {
  const groups = new Map<string, Listed[]>()
  for (const shortcut of shortcuts) {
    groups.set(shortcut.group, [...(groups.get(shortcut.group) ?? []), shortcut])
  }
  return groups
}

/** Every key that works on the page it is opened from. */
export function ShortcutSheet() {
  const list = useShortcutList()
  const [shown, setShown] = useState<readonly Listed[] | null>(null)
  useShortcut('?', 'This list', () => setShown([...list(), ...ALWAYS]), { group: 'Everywhere' })

  const groups = groupByName(shown ?? [])
  return (
    <Modal opened={shown !== null} onClose={() => setShown(null)} title="Keys" size="lg">
      <div className={classes.keys}>
        {[...groups].map(([group, shortcuts]) => (
          <section key={group}>
            <h3 style={{ margin: '0 0 4px', fontSize: '0.8125rem' }}>{group}</h3>
            {shortcuts.map((shortcut) => (
              <div className={classes.keyRow} key={shortcut.keys}>
                <span>{shortcut.description}</span>
                <span>
                  {shortcut.keys.split(' ').map((key) => (
                    <Kbd key={key} size="xs" ml={4}>
                      {KEY_NAMES[key] ?? key}
                    </Kbd>
                  ))}
                </span>
              </div>
            ))}
          </section>
        ))}
      </div>
    </Modal>
  )
}
