'use client'

import { Button, Popover } from '@mantine/core'
import type { IconFilter } from '@tabler/icons-react'
import type { CSSProperties, ReactNode } from 'react'

interface PanelButtonProps {
  name: string
  /** What the button says, where that is more than the panel's name. */
  label?: string
  icon: typeof IconFilter
  width: number
  style?: CSSProperties
  isOpen: boolean
  onOpen(isOpen: boolean): void
  children: ReactNode
}

/** A button that opens a panel below it. */
export function PanelButton(props: PanelButtonProps) {
  const { name, label = name, icon: Icon, width, style, isOpen, onOpen, children } = props
  return (
    <Popover opened={isOpen} onChange={onOpen} position="bottom-start" width={width} trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<Icon size={14} />}
          aria-expanded={isOpen}
          onClick={() => onOpen(!isOpen)}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={name} {...(style ? { style } : {})}>
        {children}
      </Popover.Dropdown>
    </Popover>
  )
}
