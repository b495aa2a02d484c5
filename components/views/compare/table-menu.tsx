'use client'

import { Button, Menu } from '@mantine/core'
import { CiteItems } from '@/components/figures/frame/cite-menu'
import { compareTableHref } from '@/components/hooks/use-compare'
import type { Citation } from '@/lib/contracts/citation'
import type { CompareState } from '@/lib/contracts/compare'

const FORMATS = [
  ['csv', 'CSV'],
  ['latex', 'LaTeX'],
  ['markdown', 'Markdown'],
] as const

interface TableMenuProps {
  studyId: string
  state: CompareState
  citation: Citation
}

/** The table of differences as a file, and how the comparison is cited. */
export function TableMenu({ studyId, state, citation }: TableMenuProps) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default">Table and citation</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map(([format, label]) => (
          <Menu.Item
            key={format}
            component="a"
            href={compareTableHref(studyId, state, format)}
            download
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <CiteItems citation={citation} />
      </Menu.Dropdown>
    </Menu>
  )
}
