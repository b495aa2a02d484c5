'use client'

import { Menu } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconQuote } from '@tabler/icons-react'
import type { Citation } from '@/lib/contracts/citation'

const ICON_PX = 14

/** A menu item that copies a text; null where there is none yet. */
function CopyItem({ text, label }: { text: string | null; label: string }) {
  const clipboard = useClipboard()
  return (
    <Menu.Item
      leftSection={<IconQuote size={ICON_PX} />}
      disabled={text === null}
      closeMenuOnClick={false}
      onClick={() => text !== null && clipboard.copy(text)}
    >
      {clipboard.copied ? 'Copied' : label}
    </Menu.Item>
  )
}

/** Menu items that copy how a figure, comparison or claim is cited. Stands in a Menu.Dropdown. */
export function CiteItems({ citation }: { citation: Citation | null }) {
  return (
    <>
      <CopyItem text={citation?.sentence ?? null} label="Copy citation" />
      <CopyItem text={citation?.bibtex ?? null} label="Copy BibTeX" />
    </>
  )
}
