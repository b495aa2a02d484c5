'use client'

import { Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core'
import Link from 'next/link'
import { useState } from 'react'
import { useBlindState, useEndBlind, useVerdicts } from '@/components/hooks/use-blind'
import { KEYS } from '@/components/shell/keys'
import { StudyPage } from '@/components/shell/study-page'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { formatCount, plural } from '@/lib/contracts/format'
import { notifyError } from '@/components/ui/notify'
import { ProgressBar } from '@/components/ui/progress-bar'
import { useShortcut } from '@/components/ui/shortcuts'
import { EmptyState, QueryState } from '@/components/ui/states'
import type { BlindState } from '@/lib/contracts/blind'
import { BlindPair } from './blind-pair'
import { BlindResultView } from './result'
import classes from './blind.module.css'

const VERDICT_TEXT = { left: 'left', right: 'right', tie: 'tie', skip: 'skipped' }

interface EndProps {
  studyId: string
  state: BlindState
}

/** Ends the session; asks before, where pairs are left, because it cannot be undone. */
function EndButton({ studyId, state }: EndProps) {
  const { id, pairs, judged, skipped } = state.session
  const [isAsking, setIsAsking] = useState(false)
  const end = useEndBlind(studyId, id)
  const left = pairs - judged - skipped
  const onEnd = () =>
    end.mutate(undefined, { onError: (error) => notifyError('The session was not ended', error) })
  if (left === 0) {
    return (
      <Button loading={end.isPending} onClick={onEnd}>
        End session and show the result
      </Button>
    )
  }
  return (
    <>
      <Button variant="default" onClick={() => setIsAsking(true)}>
        End session
      </Button>
      <Modal opened={isAsking} onClose={() => setIsAsking(false)} title="End the session early?">
        <Stack gap="sm">
          <Text>
            {plural(left, 'pair is', 'pairs are')} not judged yet. After the end the evolvers are
            shown, and no verdict can be added or changed. The session is marked as ended early.
          </Text>
          <DialogFoot
            error={end.error}
            what="The session was not ended"
            onClose={() => setIsAsking(false)}
          >
            <Button loading={end.isPending} onClick={onEnd}>
              End session
            </Button>
          </DialogFoot>
        </Stack>
      </Modal>
    </>
  )
}

function Progress({ state }: { state: BlindState }) {
  const { pairs, judged, skipped, person } = state.session
  const { last } = state
  return (
    <div className={classes.progress}>
      <ProgressBar share={(judged + skipped) / pairs} label="Pairs judged" />
      <div className={classes.counts} aria-live="polite">
        <span>
          {formatCount(judged + skipped)} of {plural(pairs, 'pair')}
          {skipped > 0 ? `, ${formatCount(skipped)} skipped` : ''}
        </span>
        <span className="ev-dim">Session of {person}</span>
        {last ? (
          <span className="ev-dim">
            Pair {formatCount(last.no + 1)}: {VERDICT_TEXT[last.verdict]}
          </span>
        ) : null}
      </div>
    </div>
  )
}

/** A session in which pairs are judged. */
function OpenSession({ studyId, state }: EndProps) {
  const { session, pair, last } = state
  const verdicts = useVerdicts(studyId, session.id)
  const onError = (error: Error) => notifyError('The verdict was not stored', error)
  const undo = () => {
    if (last && !verdicts.isPending) verdicts.mutate('undo', { onError })
  }
  useShortcut(KEYS.undoVerdict, undo)
  return (
    <>
      <h2 className={classes.question} dir="auto">
        {session.question}
      </h2>
      <Progress state={state} />
      {pair ? (
        <BlindPair
          key={pair.no}
          session={session}
          pair={pair}
          isBusy={verdicts.isPending}
          onVerdict={(given) => verdicts.mutate(given, { onError })}
          actions={
            <>
              <Button variant="default" disabled={!last} onClick={undo}>
                Undo (u)
              </Button>
              <EndButton studyId={studyId} state={state} />
            </>
          }
        />
      ) : (
        <EmptyState
          title="Every pair has a verdict"
          action={
            <Group gap="xs">
              <EndButton studyId={studyId} state={state} />
              <Button variant="default" disabled={!last} onClick={undo}>
                Undo the last verdict (u)
              </Button>
            </Group>
          }
        >
          After the end the evolvers are shown, and no verdict can be changed.
        </EmptyState>
      )}
    </>
  )
}

/** One session: the next pair while it is open, the result once it has ended. */
export function SessionView({ studyId, sessionId }: { studyId: string; sessionId: string }) {
  const query = useBlindState(studyId, sessionId)
  return (
    <StudyPage
      studyId={studyId}
      title="Blind A/B"
      actions={
        <Anchor component={Link} href={`/studies/${studyId}/blind`}>
          All sessions
        </Anchor>
      }
    >
      {(detail) => (
        <QueryState query={query} what="The session could not be read" lines={8} height={56}>
          {(state) =>
            state.session.endedAt === null ? (
              <OpenSession studyId={studyId} state={state} />
            ) : (
              <BlindResultView detail={detail} sessionId={sessionId} />
            )
          }
        </QueryState>
      )}
    </StudyPage>
  )
}
