'use client'

import { SegmentedControl } from '@mantine/core'
import { useMemo, useState } from 'react'
import { ClampedText } from '@/components/ui/clamped-text'
import type { RowRef } from '@/lib/contracts/rows'
import classes from './detail.module.css'
import { diffTexts } from './text-diff'

interface InstructionTextProps {
  text: string
  parent: RowRef | null
}

/** The instruction, against its parent or plain. */
export function InstructionText({ text, parent }: InstructionTextProps) {
  const [mode, setMode] = useState<'diff' | 'plain'>('diff')
  const parts = useMemo(() => (parent ? diffTexts(parent.instruction, text) : null), [parent, text])
  return (
    <section className={classes.section}>
      <div className={classes.sectionHead}>
        <h3 className={classes.sectionTitle}>Instruction</h3>
        {parent ? (
          <SegmentedControl
            size="xs"
            aria-label="How the instruction is shown"
            value={mode}
            onChange={(value) => setMode(value as 'diff' | 'plain')}
            data={[
              { value: 'diff', label: 'Against its parent' },
              { value: 'plain', label: 'Plain' },
            ]}
          />
        ) : null}
      </div>
      <div className={classes.text}>
        {parent && mode === 'diff' && parts ? (
          <div className="ev-prose" dir="auto">
            {parts.map((part, index) =>
              part.kind === 'same' ? (
                <span key={index}>{part.text}</span>
              ) : part.kind === 'added' ? (
                <ins key={index} className={classes.ins}>
                  {part.text}
                </ins>
              ) : (
                <del key={index} className={classes.del}>
                  {part.text}
                </del>
              ),
            )}
          </div>
        ) : (
          <ClampedText text={text} limit={4_000} />
        )}
        {parent && mode === 'diff' && !parts ? (
          <p className={classes.sub}>The texts are too long to compare word by word.</p>
        ) : null}
      </div>
    </section>
  )
}
