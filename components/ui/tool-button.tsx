'use client'

import { ActionIcon } from '@mantine/core'
import type { IconX } from '@tabler/icons-react'

/** A small icon that does something; its name is shown when it is pointed at. */
export function ToolButton(props: {
  label: string
  icon: typeof IconX
  isPossible?: boolean
  run(): void
}) {
  const { label, icon: Icon, isPossible = true, run } = props
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={label}
      title={label}
      disabled={!isPossible}
      onClick={run}
    >
      <Icon size={14} aria-hidden />
    </ActionIcon>
  )
}
