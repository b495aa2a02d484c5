'use client'

import { useState } from 'react'
import { formatCount } from '@/lib/contracts/format'
import { HighlightedText } from './highlighted-text'
import { LinkButton } from './link-button'

// About eight lines of 80 characters: enough to judge a text, short enough to keep what follows in sight.
const CLAMP_CHARACTERS = 640

interface ClampedTextProps {
  text: string
  limit?: number
  mono?: boolean
  /** Places that a search found. */
  places?: readonly (readonly [number, number])[] | undefined
}

/** Text of the data, as text only, line breaks kept; long ones end in "show all". */
export function ClampedText({
  text,
  limit = CLAMP_CHARACTERS,
  mono = false,
  places,
}: ClampedTextProps) {
  const [isOpen, setIsOpen] = useState(false)
  const isLong = text.length > limit * 1.2
  const shown = isLong && !isOpen ? `${text.slice(0, limit).trimEnd()} …` : text
  return (
    <div>
      <div className={`ev-prose${mono ? ' ev-mono' : ''}`} dir="auto">
        <HighlightedText text={shown} places={places} />
      </div>
      {isLong ? (
        <LinkButton mt={4} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? 'Show less' : `Show all ${formatCount(text.length)} characters`}
        </LinkButton>
      ) : null}
    </div>
  )
}
