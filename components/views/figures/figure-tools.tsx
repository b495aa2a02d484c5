'use client'

import { ActionIcon, SegmentedControl } from '@mantine/core'
import { IconGripVertical, IconPin, IconPinnedFilled, IconX } from '@tabler/icons-react'
import classes from './figures.module.css'
import { SIZES, type Placed, type Size } from './layout'

const ICON_PX = 15
const SIZE_LABELS = (Object.keys(SIZES) as Size[]).map((value) => ({
  value,
  label: { one: '1', two: '2', full: 'Full' }[value],
}))

/** Media type under which a figure that is dragged says which one it is. */
export const DRAGGED = 'text/x-evolens-figure'

interface FigureToolsProps {
  title: string
  placed: Placed
  onChange(change: Partial<Omit<Placed, 'id'>> | null): void
  onMove(step: -1 | 1): void
}

/** Place, width and pin of a figure on the page. */
export function FigureTools({ title, placed, onChange, onMove }: FigureToolsProps) {
  return (
    <div className={classes.tools} role="group" aria-label={`Place of ${title}`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={24}
        className={classes.grip}
        draggable
        data-own-arrows
        data-move={placed.id}
        aria-label={`Move ${title}`}
        title="Drag, or press the arrow keys, to move this figure"
        onDragStart={(event) => event.dataTransfer.setData(DRAGGED, placed.id)}
        onKeyDown={(event) => {
          const isBack = event.key === 'ArrowUp' || event.key === 'ArrowLeft'
          if (!isBack && event.key !== 'ArrowDown' && event.key !== 'ArrowRight') return
          event.preventDefault()
          onMove(isBack ? -1 : 1)
        }}
      >
        <IconGripVertical size={ICON_PX} />
      </ActionIcon>
      <SegmentedControl
        size="xs"
        aria-label={`Width of ${title}`}
        title="Columns of the page that the figure takes; what is left of a row goes to its last figure"
        data={SIZE_LABELS}
        value={placed.size ?? ''}
        onChange={(size) => onChange({ size: size as Size })}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        size={24}
        aria-label={placed.isPinned ? `Unpin ${title}` : `Pin ${title}`}
        title={placed.isPinned ? 'Back to its question' : 'Pin to the top of the page'}
        aria-pressed={placed.isPinned}
        onClick={() => onChange({ isPinned: !placed.isPinned })}
      >
        {placed.isPinned ? <IconPinnedFilled size={ICON_PX} /> : <IconPin size={ICON_PX} />}
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={24}
        aria-label={`Hide ${title}`}
        title="Take off the page; it stays in the list of its question"
        onClick={() => onChange(null)}
      >
        <IconX size={ICON_PX} />
      </ActionIcon>
    </div>
  )
}
