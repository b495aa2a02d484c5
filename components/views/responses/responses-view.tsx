'use client'

import { Anchor, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { IconPencilPlus } from '@tabler/icons-react'
import Link from 'next/link'
import { useState } from 'react'
import {
  useChangeResponses,
  useDeleteResponses,
  useResponseSets,
  useRestoreResponses,
} from '@/components/hooks/use-responses'
import { filterQuery } from '@/components/hooks/use-view-state'
import { StudyPage } from '@/components/shell/study-page'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { LinkButton } from '@/components/ui/link-button'
import { notifyDone, notifyError, notifyUndo } from '@/components/ui/notify'
import { EmptyState, QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { AtomOf } from '@/lib/contracts/condition'
import { emptyFilter } from '@/lib/contracts/filter'
import { formatCount, formatDateTime } from '@/lib/contracts/format'
import type { ResponseSet } from '@/lib/contracts/responses'
import { WriteDialog } from './write-dialog'

const DESCRIPTION =
  'Responses that came with the files or were written by response models, side by side. The current set of a file is shown, searched, scored and exported.'

type Sum = 'rows' | 'answered' | 'truncated' | 'failed'

const sumOf = ({ files }: ResponseSet, of: Sum) => files.reduce((sum, file) => sum + file[of], 0)

/** A number that leads to its rows. */
function Counted({
  studyId,
  set,
  of,
  states,
}: {
  studyId: string
  set: ResponseSet
  of: Sum
  states: AtomOf<'response'>['states']
}) {
  const count = sumOf(set, of)
  if (count === 0) return formatCount(0)
  const where = { is: 'response' as const, states, set: set.key }
  return (
    <Anchor
      component={Link}
      size="sm"
      underline="always"
      href={`/studies/${studyId}/rows?${filterQuery({ ...emptyFilter(), where })}`}
    >
      {formatCount(count)}
    </Anchor>
  )
}

const DECODING: Record<string, string> = {
  topP: 'top-p',
  seed: 'random seed',
  maxTokens: 'max output tokens',
}

function definitionText({ definition }: ResponseSet): string {
  const { model, decoding, mode } = (definition ?? {}) as Record<string, unknown>
  const name = (model as { model?: string } | null)?.model
  if (name === undefined) return ''
  const drawn = Object.entries((decoding ?? {}) as object).map(
    ([key, value]) => `${DECODING[key] ?? key} ${value}`,
  )
  return [name, mode === 'chat' ? 'as a chat' : 'two templates', ...drawn].join(', ')
}

function RenameDialog({
  studyId,
  set,
  onClose,
}: {
  studyId: string
  set: ResponseSet
  onClose(): void
}) {
  const [label, setLabel] = useState(set.label)
  const change = useChangeResponses(studyId)
  return (
    <Modal opened onClose={onClose} title="Rename the response set">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate({ setKey: set.key, label }, { onSuccess: onClose })
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            data-autofocus
            maxLength={80}
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
          />
          <DialogFoot error={change.error} what="The set was not renamed" onClose={onClose}>
            <Button type="submit" disabled={label.trim() === ''} loading={change.isPending}>
              Rename
            </Button>
          </DialogFoot>
        </Stack>
      </form>
    </Modal>
  )
}

function Sets({ studyId, sets }: { studyId: string; sets: readonly ResponseSet[] }) {
  const [renamed, setRenamed] = useState<ResponseSet | null>(null)
  const change = useChangeResponses(studyId)
  const remove = useDeleteResponses(studyId)
  const restore = useRestoreResponses(studyId)
  const onChoose = ({ key, label }: ResponseSet) =>
    change.mutate(
      { setKey: key, current: 'all' },
      {
        onSuccess: () =>
          notifyDone(
            `"${label}" is the current set of its files. Values computed from other responses are marked as outdated.`,
          ),
        onError: (error) => notifyError('The set was not chosen', error),
      },
    )
  const onRemove = ({ key, label }: ResponseSet) =>
    remove.mutate(key, {
      onSuccess: () =>
        notifyUndo(`The response set "${label}" was deleted. It can be restored for 7 days.`, () =>
          restore.mutate(key, {
            onError: (error) => notifyError('The set was not restored', error),
          }),
        ),
      onError: (error) => notifyError('The set was not deleted', error),
    })
  const columns: Column<ResponseSet>[] = [
    {
      name: 'Name',
      kind: 'name',
      hint: ({ key, kind }) => (kind === 'imported' ? undefined : key),
      cell: (set) => (
        <>
          {set.label}
          <Text size="sm" c="dimmed" fw={400}>
            {definitionText(set)}
          </Text>
        </>
      ),
    },
    {
      name: 'Current in',
      kind: 'line',
      hint: ({ files }) =>
        files
          .filter(({ isCurrent }) => isCurrent)
          .map(({ seedSetKey, evolver, round }) => `${seedSetKey}, ${evolver}, round ${round}`)
          .join('\n'),
      cell: ({ files }) =>
        `${formatCount(files.filter(({ isCurrent }) => isCurrent).length)} of ${formatCount(files.length)} files`,
    },
    {
      name: 'Responses',
      kind: 'number',
      cell: (set) => (
        <>
          <Counted of="answered" states={['present']} {...{ studyId, set }} /> of{' '}
          {formatCount(sumOf(set, 'rows'))} rows
        </>
      ),
    },
    {
      name: 'Cut',
      kind: 'number',
      hint: () => 'Cut by the token limit',
      cell: (set) => <Counted of="truncated" states={['truncated']} {...{ studyId, set }} />,
    },
    {
      name: 'Failed',
      kind: 'number',
      cell: (set) => <Counted of="failed" states={['failed']} {...{ studyId, set }} />,
    },
    { name: 'Runs', kind: 'number', cell: ({ runs }) => formatCount(runs) },
    { name: 'Made', kind: 'line', cell: ({ createdAt }) => formatDateTime(createdAt) },
    {
      name: 'Actions',
      kind: 'line',
      cell: (set) => (
        <Group gap="sm" wrap="nowrap">
          {set.files.every(({ isCurrent }) => isCurrent) ? null : (
            <LinkButton aria-label={`Make ${set.label} current`} onClick={() => onChoose(set)}>
              Make current
            </LinkButton>
          )}
          {set.kind === 'imported' ? null : (
            <>
              <LinkButton aria-label={`Rename ${set.label}`} onClick={() => setRenamed(set)}>
                Rename
              </LinkButton>
              <LinkButton aria-label={`Delete ${set.label}`} onClick={() => onRemove(set)}>
                Delete
              </LinkButton>
            </>
          )}
        </Group>
      ),
    },
  ]
  return (
    <>
      <Table label="Response sets" columns={columns} rows={sets} keyOf="key" />
      {renamed ? (
        <RenameDialog studyId={studyId} set={renamed} onClose={() => setRenamed(null)} />
      ) : null}
    </>
  )
}

/** The response sets of a study, and the dialog that writes another. */
export function ResponsesView({ studyId }: { studyId: string }) {
  const query = useResponseSets(studyId)
  const [dialog, setDialog] = useDialogParam(['write'])
  const button = (
    <Button leftSection={<IconPencilPlus size={14} />} onClick={() => setDialog('write')}>
      Write responses
    </Button>
  )
  return (
    <StudyPage
      studyId={studyId}
      title="Responses"
      description={DESCRIPTION}
      actions={button}
      empty={{ title: 'No rows to answer', text: 'Import files first, then write responses.' }}
    >
      {(study) => (
        <>
          <QueryState
            query={query}
            what="The response sets could not be read"
            lines={3}
            height={40}
          >
            {(sets) =>
              sets.length === 0 ? (
                <EmptyState title="No responses yet" action={button}>
                  The files of this study came without responses. Let a response model write them.
                </EmptyState>
              ) : (
                <Sets studyId={studyId} sets={sets} />
              )
            }
          </QueryState>
          {dialog === 'write' ? (
            <WriteDialog study={study} onClose={() => setDialog(null)} />
          ) : null}
        </>
      )}
    </StudyPage>
  )
}
