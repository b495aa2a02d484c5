'use client'

import { Segments } from '@/components/fields/segments'
import { useMemo, useState } from 'react'
import { ClampedText } from '@/components/ui/clamped-text'
import { DiffText } from '@/components/ui/diff-text'
import type { RowRef } from '@/lib/contracts/rows'
import classes from './detail.module.css'
import { diffTexts } from '@/lib/contracts/text-diff'

interface InstructionTextProps {
  text: string
  parent: RowRef | null
  /** Places that a search found; they are marked in the plain text. */
  places?: readonly (readonly [number, number])[] | undefined
}

/** The instruction, plain or compared with its parent. */
export function InstructionText({ text, parent, places }: InstructionTextProps) {
  const [mode, setMode] = useState<'diff' | 'plain'>(places ? 'plain' : 'diff')
  const parts = useMemo(() => (parent ? diffTexts(parent.instruction, text) : null), [parent, text])
  return (
    <section className={classes.section}>
      <div className={classes.sectionHead}>
        <h3 className={classes.sectionTitle}>Instruction</h3>
        {parent ? (
          <Segments
            label="How the instruction is shown"
            options={{ diff: 'Compared with parent', plain: 'Plain' }}
            value={mode}
            onChange={setMode}
          />
        ) : null}
      </div>
      <div className={classes.text}>
        {parent && mode === 'diff' && parts ? (
          <div className="ev-prose" dir="auto">
            <DiffText parts={parts} />
          </div>
        ) : (
          <ClampedText text={text} limit={4_000} places={places} />
        )}
        {parent && mode === 'diff' && !parts ? (
          <p className={classes.sub}>The texts are too long to compare word by word.</p>
        ) : null}
      </div>
    </section>
  )
}
