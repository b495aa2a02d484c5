'use client'

import { Tooltip, UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'

/** A term with its explanation on hover, focus and touch. */
export function Term({ children, tip }: { children: ReactNode; tip: ReactNode }) {
  return (
    <Tooltip label={tip} events={{ hover: true, focus: true, touch: true }}>
      <UnstyledButton
        component="span"
        tabIndex={0}
        style={{
          cursor: 'help',
          font: 'inherit',
          color: 'inherit',
          textDecoration: 'underline dotted var(--ev-border-strong)',
          textUnderlineOffset: 3,
        }}
      >
        {children}
      </UnstyledButton>
    </Tooltip>
  )
}
