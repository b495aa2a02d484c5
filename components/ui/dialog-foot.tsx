'use client'

import { Button, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import { ErrorState } from './states'

// In a long form what went wrong would stand below what is seen.
const bringIntoSight = (box: HTMLElement | null) => box?.scrollIntoView({ block: 'center' })

interface DialogFootProps {
  /** Why the last try failed; null = it did not. */
  error: unknown
  /** What was not done then: "The study was not created". */
  what: string
  /** Stands before Cancel. */
  left?: ReactNode
  onClose(): void
  /** The buttons after Cancel, the one that does it last. */
  children: ReactNode
}

/** The end of a dialog: what went wrong, Cancel, and the buttons that act. */
export function DialogFoot({ error, what, left, onClose, children }: DialogFootProps) {
  return (
    <>
      {error ? (
        <div ref={bringIntoSight}>
          <ErrorState error={error} what={what} />
        </div>
      ) : null}
      <Group justify="flex-end" gap="xs">
        {left}
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        {children}
      </Group>
    </>
  )
}
