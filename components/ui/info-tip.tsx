'use client'

import { Tooltip, UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './ui.module.css'

/** A term with its explanation on hover, focus and touch. */
export function Term({ children, tip }: { children: ReactNode; tip: ReactNode }) {
  return (
    <Tooltip label={tip} events={{ hover: true, focus: true, touch: true }}>
      <UnstyledButton component="span" tabIndex={0} className={classes.term}>
        {children}
      </UnstyledButton>
    </Tooltip>
  )
}
