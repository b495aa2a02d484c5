'use client'

import { Button, Kbd, Switch } from '@mantine/core'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { armCss } from '@/components/figures/palette'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import { Notice } from '@/components/ui/states'
import { TextColumn, useDiff } from '@/components/views/compare/pair-card'
import { WHOLE_TIMEOUT_MS } from '@/components/views/compare/word-diff'
import compare from '@/components/views/compare/compare.module.css'
import type {
  BlindSession,
  BlindState,
  BlindText,
  BlindVerdict,
  GivenVerdict,
} from '@/lib/contracts/blind'
import classes from './blind.module.css'

/** Returns what tells for how many milliseconds the pair was in sight; a hidden page does not count. */
function useTimeInSight(): () => number {
  const watch = useRef<{ sum: number; since: number | null }>({ sum: 0, since: null })
  const read = () => {
    const { sum, since } = watch.current
    return sum + (since === null ? 0 : performance.now() - since)
  }
  useEffect(() => {
    const state = watch.current
    const onChange = () => {
      const now = performance.now()
      if (state.since !== null) state.sum += now - state.since
      state.since = document.visibilityState === 'visible' ? now : null
    }
    onChange()
    document.addEventListener('visibilitychange', onChange)
    return () => document.removeEventListener('visibilitychange', onChange)
  }, [])
  return read
}

// The same for both sides: a colour of an evolver would tell.
const COLOR = armCss(null)

const whole = (text: BlindText | null) =>
  text && (text.input ? `${text.instruction}\n${text.input}` : text.instruction)

interface BlindPairProps {
  session: BlindSession
  pair: NonNullable<BlindState['pair']>
  /** A verdict is being stored. */
  isBusy: boolean
  onVerdict(given: GivenVerdict): void
  /** Stand at the end of the answers. */
  actions: ReactNode
}

/** Two texts without their evolvers, and the answers with their keys. */
export function BlindPair({ session, pair, isBusy, onVerdict, actions }: BlindPairProps) {
  const [isMarked, setIsMarked] = useState(false)
  const timeInSight = useTimeInSight()
  const isGone = pair.left === null || pair.right === null
  const give = (verdict: BlindVerdict) => {
    if (isBusy || (isGone && verdict !== 'skip')) return
    onVerdict({ no: pair.no, verdict, ms: timeInSight() })
  }
  useShortcut(KEYS.leftBetter, () => give('left'))
  useShortcut(KEYS.rightBetter, () => give('right'))
  useShortcut(KEYS.bothEqual, () => give('tie'))
  useShortcut(KEYS.skipPair, () => give('skip'))
  const [left, right] = [whole(pair.left), whole(pair.right)]
  const diff = useDiff(
    isMarked ? 'sides' : 'off',
    { seed: null, a: left, b: right },
    WHOLE_TIMEOUT_MS,
  )
  const answer = (verdict: BlindVerdict, key: string, label: string) => (
    <Button
      variant={verdict === 'skip' ? 'subtle' : 'default'}
      disabled={isGone && verdict !== 'skip'}
      rightSection={<Kbd size="xs">{key}</Kbd>}
      onClick={() => give(verdict)}
    >
      {label}
    </Button>
  )
  const sides = [
    { title: 'Left', text: left, response: pair.left?.response ?? null, parts: diff.a },
    { title: 'Right', text: right, response: pair.right?.response ?? null, parts: diff.b },
  ]
  return (
    <>
      {isGone ? (
        <Notice>The rows of this pair were deleted for good. Skip it.</Notice>
      ) : (
        <div className={`ev-panel ${classes.box}`}>
          {session.showSeed ? (
            <div className={`${compare.columns} ${classes.seed}`} data-open>
              <TextColumn
                title="Seed"
                text={whole(pair.seed)}
                parts={null}
                color={COLOR}
                empty="The study has no text of this seed."
              />
            </div>
          ) : null}
          <div className={`${compare.columns} ${classes.pair}`} data-open>
            {sides.map(({ title, text, response, parts }) => (
              <section key={title} aria-label={title}>
                <TextColumn title={title} text={text} parts={parts} color={COLOR} empty="Empty." />
                {session.showResponses ? (
                  <div className={classes.response}>
                    <TextColumn
                      title={`${title}: response`}
                      text={response}
                      parts={null}
                      color={COLOR}
                      empty="No response."
                    />
                  </div>
                ) : null}
              </section>
            ))}
          </div>
          <Switch
            mt="sm"
            size="xs"
            label="Mark the words in which they differ"
            checked={isMarked}
            onChange={(event) => setIsMarked(event.currentTarget.checked)}
          />
          {diff.isLate ? (
            <div className={compare.cardNote} role="status">
              Words are not marked: these texts differ too much to compare them quickly.
            </div>
          ) : null}
        </div>
      )}
      <div className={classes.answers} role="group" aria-label="Your answer">
        {answer('left', '1', 'Left')}
        {answer('tie', '0', 'Tie')}
        {answer('right', '2', 'Right')}
        {answer('skip', 's', 'Skip')}
        {actions}
      </div>
    </>
  )
}
