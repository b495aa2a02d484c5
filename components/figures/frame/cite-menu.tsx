'use client'

import { Menu } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconQuote } from '@tabler/icons-react'
import type { Citation } from '@/lib/contracts/citation'

const ICON_PX = 14

/** Menu items that copy how a figure, comparison or claim is cited. Stands in a Menu.Dropdown. */
export function CiteItems({ citation }: { citation: Citation | null }) {
  const sentence = useClipboard()
  const bibtex = useClipboard()
  return (
    <>
      <Menu.Item
        leftSection={<IconQuote size={ICON_PX} />}
        disabled={citation === null}
        closeMenuOnClick={false}
        onClick={() => citation && sentence.copy(citation.sentence)}
      >
        {sentence.copied ? 'Copied' : 'Copy citation'}
      </Menu.Item>
      <Menu.Item
        leftSection={<IconQuote size={ICON_PX} />}
        disabled={citation === null}
        closeMenuOnClick={false}
        onClick={() => citation && bibtex.copy(citation.bibtex)}
      >
        {bibtex.copied ? 'Copied' : 'Copy BibTeX'}
      </Menu.Item>
    </>
  )
}
