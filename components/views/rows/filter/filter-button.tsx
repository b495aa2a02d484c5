'use client'

import { Button, Popover } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import { useState } from 'react'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { filterChips } from '@/components/shell/filter-chips'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import type { StudyDetail } from '@/lib/contracts/study'
import { FilterPanel } from './filter-panel'

/** The button that opens the study's filter, with the number of its parts; `f` opens it too. */
export function FilterButton(props: { detail: StudyDetail; controls: ViewStateControls }) {
  const { detail, controls } = props
  const [isOpen, setIsOpen] = useState(false)
  useShortcut(KEYS.filter, () => setIsOpen(true))
  const { filter } = controls.state
  const nParts = filterChips(filter, detail).length
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-start" width={640} trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconFilter size={14} />}
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          Filter{nParts > 0 ? ` (${nParts})` : ''}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Filter" style={{ maxHeight: '75vh', overflow: 'auto' }}>
        <FilterPanel detail={detail} filter={filter} controls={controls} />
      </Popover.Dropdown>
    </Popover>
  )
}
