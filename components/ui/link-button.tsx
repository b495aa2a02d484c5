'use client'

import { Anchor, Group, type AnchorProps } from '@mantine/core'
import type { ComponentPropsWithoutRef, ReactNode } from 'react'
import { useState } from 'react'

type LinkButtonProps = AnchorProps & Omit<ComponentPropsWithoutRef<'button'>, keyof AnchorProps>

/** A button that reads as a link. */
export function LinkButton(props: LinkButtonProps) {
  return <Anchor component="button" type="button" size="sm" ta="start" {...props} />
}

interface DisclosureProps {
  show: ReactNode
  hide: ReactNode
  /** Stands on the line of the button. */
  beside?: ReactNode
  isOpenFirst?: boolean
  children: ReactNode
}

/** Content behind a button that shows and hides it. */
export function Disclosure({ show, hide, beside, isOpenFirst = false, children }: DisclosureProps) {
  const [isOpen, setIsOpen] = useState(isOpenFirst)
  return (
    <div>
      <Group gap="md">
        <LinkButton aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? hide : show}
        </LinkButton>
        {beside}
      </Group>
      {isOpen ? children : null}
    </div>
  )
}
