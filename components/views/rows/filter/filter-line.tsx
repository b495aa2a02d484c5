import { CloseButton, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'

interface FilterLineProps {
  label: string
  /** What is removed of the column, in words. */
  part: string
  onRemove(): void
  children: ReactNode
}

/** One column by which is filtered, with its editor and a button that takes it out of the filter. */
export function FilterLine({ label, part, onRemove, children }: FilterLineProps) {
  return (
    <Group gap={6}>
      <Text size="sm" flex="1 1 100px" miw={0} dir="auto">
        {label}
      </Text>
      {children}
      <CloseButton size="sm" aria-label={`Remove the ${part} of ${label}`} onClick={onRemove} />
    </Group>
  )
}
