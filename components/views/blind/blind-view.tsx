'use client'

import { Anchor, Button, Group } from '@mantine/core'
import { IconEyeOff } from '@tabler/icons-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useBlindSessions, useDeleteBlind, useRestoreBlind } from '@/components/hooks/use-blind'
import { defaultSides } from '@/components/hooks/use-compare'
import { StudyPage } from '@/components/shell/study-page'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import { formatCount, formatDateTime, plural } from '@/lib/contracts/format'
import { LinkButton } from '@/components/ui/link-button'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { EmptyState, QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { BlindSession } from '@/lib/contracts/blind'
import type { StudyDetail } from '@/lib/contracts/study'
import { StartDialog } from './start-dialog'

const DESCRIPTION =
  'Compare pairs of rows without seeing which evolver wrote which. Each person has a session; the evolvers are shown when it ends.'

const NOTHING_YET = {
  title: 'Nothing to compare yet',
  text: 'Pairs need evolved rows of two evolvers, or of two rounds of one. Import files, or evolve the seeds on the Overview page.',
  when: (study: StudyDetail) => defaultSides(study) === null,
}

function stateText({ pairs, judged, skipped, endedAt }: BlindSession): string {
  if (endedAt === null) return 'Open'
  return judged + skipped === pairs ? 'Ended' : 'Ended early'
}

interface SessionsProps {
  studyId: string
  sessions: readonly BlindSession[]
}

function Sessions({ studyId, sessions }: SessionsProps) {
  const remove = useDeleteBlind(studyId)
  const restore = useRestoreBlind(studyId)
  const onRemove = ({ id, person }: BlindSession) =>
    remove.mutate(id, {
      onSuccess: () =>
        notifyUndo(`The session of ${person} was deleted. It can be restored for 7 days.`, () =>
          restore.mutate(id, {
            onError: (error) => notifyError('The session was not restored', error),
          }),
        ),
      onError: (error) => notifyError('The session was not deleted', error),
    })
  const columns: Column<BlindSession>[] = [
    {
      name: 'Person',
      kind: 'name',
      cell: ({ id, person, endedAt }) => (
        <Anchor
          component={Link}
          href={`/studies/${studyId}/blind/${id}`}
          aria-label={`${endedAt === null ? 'Continue the session' : 'Result of the session'} of ${person}`}
        >
          {person}
        </Anchor>
      ),
    },
    { name: 'Question', cell: ({ question }) => question },
    {
      name: 'Judged',
      kind: 'number',
      cell: ({ judged, pairs }) => `${formatCount(judged)} of ${formatCount(pairs)}`,
    },
    { name: 'Skipped', kind: 'number', cell: ({ skipped }) => formatCount(skipped) },
    { name: 'State', kind: 'line', cell: stateText },
    { name: 'Started', kind: 'line', cell: ({ createdAt }) => formatDateTime(createdAt) },
    {
      name: 'Actions',
      kind: 'line',
      cell: (session) => (
        <Group gap="sm" wrap="nowrap">
          <Anchor component={Link} size="sm" href={`/studies/${studyId}/blind/${session.id}`}>
            {session.endedAt === null ? 'Continue' : 'Result'}
          </Anchor>
          <LinkButton
            aria-label={`Delete the session of ${session.person}`}
            onClick={() => onRemove(session)}
          >
            Delete
          </LinkButton>
        </Group>
      ),
    },
  ]
  return (
    <Section title="Sessions" note={plural(sessions.length, 'session')}>
      <Table
        label="Blind sessions"
        columns={columns}
        rows={sessions}
        keyOf="id"
        className="ev-panel"
      />
    </Section>
  )
}

/** The blind sessions of a study. */
export function BlindView({ studyId }: { studyId: string }) {
  const router = useRouter()
  const [dialog, setDialog] = useDialogParam(['start'])
  const query = useBlindSessions(studyId)
  const start = (
    <Button leftSection={<IconEyeOff size={14} />} onClick={() => setDialog('start')}>
      Start a session
    </Button>
  )
  return (
    <StudyPage
      studyId={studyId}
      title="Blind A/B"
      description={DESCRIPTION}
      actions={query.data?.length ? start : null}
      empty={NOTHING_YET}
    >
      {(detail) => (
        <>
          <QueryState query={query} what="The sessions could not be read" lines={4} height={40}>
            {(sessions) =>
              sessions.length === 0 ? (
                <EmptyState title="No sessions yet" action={start}>
                  A session draws pairs of two evolvers on the same seeds and shows them one by one.
                  You answer with the keys 1, 2 and 0, and read the result at the end.
                </EmptyState>
              ) : (
                <Sessions studyId={studyId} sessions={sessions} />
              )
            }
          </QueryState>
          {dialog === 'start' ? (
            <StartDialog
              study={detail}
              sessions={query.data ?? []}
              onClose={() => setDialog(null)}
              // Without the address of this page: a filter in it may name an evolver.
              onStarted={(id) => router.push(`/studies/${studyId}/blind/${id}`)}
            />
          ) : null}
        </>
      )}
    </StudyPage>
  )
}
