'use client'

import { IconFilter } from '@tabler/icons-react'
import { useState } from 'react'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { filterChips } from '@/components/shell/filter-chips'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import type { StudyDetail } from '@/lib/contracts/study'
import { FilterPanel } from './filter-panel'
import { PanelButton } from './panel-button'

/** The button that opens the study's filter, with the number of its parts; `f` opens it too. */
export function FilterButton(props: { detail: StudyDetail; controls: ViewStateControls }) {
  const { detail, controls } = props
  const [isOpen, setIsOpen] = useState(false)
  useShortcut(KEYS.filter, () => setIsOpen(true))
  const { filter } = controls.state
  const nParts = filterChips(filter, detail).length
  return (
    <PanelButton
      name="Filter"
      label={nParts > 0 ? `Filter (${nParts})` : 'Filter'}
      icon={IconFilter}
      width={640}
      style={{ maxHeight: '75vh', overflow: 'auto' }}
      isOpen={isOpen}
      onOpen={setIsOpen}
    >
      <FilterPanel detail={detail} filter={filter} controls={controls} />
    </PanelButton>
  )
}
