'use client'

import { Anchor, Button, Group, Pagination, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowBackUp, IconArrowForwardUp, IconDownload } from '@tabler/icons-react'
import Link from 'next/link'
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import {
  useAuthor,
  useDecisionLog,
  useStepDecision,
  useTurnDecision,
} from '@/components/hooks/use-decisions'
import { filterQuery } from '@/components/hooks/use-view-state'
import { StudyPage } from '@/components/shell/study-page'
import { formatCount, formatDateTime, plural } from '@/lib/contracts/format'
import { notifyError } from '@/components/ui/notify'
import { EmptyState, QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import { decisionText, type DecisionEntry, type LogQuery } from '@/lib/contracts/decisions'
import { LIMITS } from '@/lib/contracts/limits'
import { MARK_KINDS } from '@/lib/contracts/rows'

const DESCRIPTION =
  'What was decided on rows: stars, kept and excluded rows, tags and notes. Each entry can be undone and brought back, in any order.'

/** Entries of one page. */
const PAGE = 100

const KINDS = MARK_KINDS.map((kind) => ({ value: kind, label: decisionText(kind, false) }))

const parsers = {
  kind: parseAsStringLiteral(MARK_KINDS),
  author: parseAsString,
  text: parseAsString.withDefault(''),
  page: parseAsInteger.withDefault(1),
}

function Rows({ studyId, entry }: { studyId: string; entry: DecisionEntry }) {
  const base = `/studies/${studyId}/rows`
  const { first, filter, rows } = entry
  const text = plural(rows, 'row')
  if (filter) {
    return (
      <Anchor component={Link} size="sm" href={`${base}${filterQuery(filter)}`}>
        {text} of a filter
      </Anchor>
    )
  }
  if (!first) return <>{text}, no longer in the study</>
  const row = encodeURIComponent(`${first.cellId}.${first.idx}`)
  return (
    <Anchor component={Link} size="sm" href={`${base}?row=${row}`}>
      {rows === 1 ? `Row ${first.idx}` : text}
    </Anchor>
  )
}

function Turn({ studyId, entry }: { studyId: string; entry: DecisionEntry }) {
  const isUndone = entry.undoneAt !== null
  const turn = useTurnDecision(studyId, isUndone ? 'redo' : 'undo')
  return (
    <Button
      variant="default"
      size="compact-sm"
      loading={turn.isPending}
      aria-label={`${isUndone ? 'Bring back' : 'Undo'} decision ${entry.no}`}
      onClick={() =>
        turn.mutate(entry.no, {
          onError: (error) => notifyError('The decision was not changed', error),
        })
      }
    >
      {isUndone ? 'Bring back' : 'Undo'}
    </Button>
  )
}

function columnsOf(studyId: string): Column<DecisionEntry>[] {
  return [
    { name: 'Number', kind: 'number', cell: ({ no }) => no },
    { name: 'Time', kind: 'line', cell: ({ at }) => formatDateTime(at) },
    { name: 'Who', cell: ({ author }) => author },
    {
      name: 'Decision',
      cell: ({ kind, removes, undoneAt }) => {
        const words = decisionText(kind, removes)
        return undoneAt === null ? words : <s>{words}</s>
      },
    },
    { name: 'Tag or note', kind: 'wrap', cell: ({ value }) => value ?? '' },
    { name: 'Why', kind: 'wrap', cell: ({ reason }) => reason ?? '' },
    { name: 'Rows', kind: 'line', cell: (entry) => <Rows studyId={studyId} entry={entry} /> },
    {
      name: 'State',
      kind: 'line',
      cell: ({ undoneAt }) => (undoneAt === null ? 'stands' : `undone ${formatDateTime(undoneAt)}`),
    },
    { name: 'Change', kind: 'line', cell: (entry) => <Turn studyId={studyId} entry={entry} /> },
  ]
}

function DecisionLog({ studyId }: { studyId: string }) {
  const [{ kind, author, text, page }, setState] = useQueryStates(parsers)
  const [wanted] = useDebouncedValue(text, 200)
  const [own, setOwn] = useAuthor()
  const step = useStepDecision(studyId)
  const find: LogQuery = {
    ...(kind ? { kind } : {}),
    ...(author === null ? {} : { author }),
    text: wanted,
  }
  const query = useDecisionLog(studyId, find, (page - 1) * PAGE, PAGE)
  const log = query.data
  const onError = (error: unknown) => notifyError('The decision was not changed', error)
  const csv = new URLSearchParams(Object.entries(find)).toString()
  return (
    <>
      <Group align="end" gap="sm" mb="md">
        <TextInput
          label="Find"
          w={230}
          placeholder="Tag, note, reason or name"
          value={text}
          maxLength={LIMITS.search}
          onChange={(event) => void setState({ text: event.currentTarget.value, page: null })}
        />
        <Select
          label="Decision"
          placeholder="any"
          clearable
          data={KINDS}
          value={kind}
          onChange={(next) => void setState({ kind: next as typeof kind, page: null })}
        />
        <Select
          label="Who"
          placeholder="anybody"
          clearable
          data={log?.authors ?? []}
          value={author}
          onChange={(next) => void setState({ author: next, page: null })}
        />
        <TextInput
          label="Your name in the log"
          placeholder="local"
          value={own}
          maxLength={LIMITS.label}
          onChange={(event) => setOwn(event.currentTarget.value)}
        />
        <Button
          variant="default"
          leftSection={<IconArrowBackUp size={14} />}
          disabled={(log?.undo ?? null) === null}
          onClick={() => step.mutate('undo', { onError })}
        >
          Undo the last
        </Button>
        <Button
          variant="default"
          leftSection={<IconArrowForwardUp size={14} />}
          disabled={(log?.redo ?? null) === null}
          onClick={() => step.mutate('redo', { onError })}
        >
          Redo
        </Button>
        <Button
          variant="default"
          component="a"
          href={`/api/studies/${studyId}/annotations/csv?${csv}`}
          leftSection={<IconDownload size={14} />}
        >
          CSV
        </Button>
      </Group>
      <QueryState query={query} what="The log could not be read" lines={8} height={40}>
        {({ entries, total }) =>
          entries.length === 0 ? (
            <EmptyState title={kind || author || text ? 'No decision matches' : 'No decisions yet'}>
              Select rows in the table (x, or the box in front of a row) and star, keep, exclude,
              tag or note them.
            </EmptyState>
          ) : (
            <>
              <p aria-live="polite">{formatCount(total)} decisions</p>
              <Table
                label="Log of decisions"
                columns={columnsOf(studyId)}
                rows={entries}
                keyOf="no"
              />
              {total > PAGE ? (
                <Pagination
                  mt="md"
                  total={Math.ceil(total / PAGE)}
                  value={page}
                  onChange={(next) => void setState({ page: next })}
                />
              ) : null}
            </>
          )
        }
      </QueryState>
    </>
  )
}

const EMPTY = {
  title: 'No rows yet',
  text: 'Decisions on rows are listed here once a file is imported.',
}

/** The log of decisions of a study: who decided what on which rows, when and why. */
export function DecisionsView({ studyId }: { studyId: string }) {
  return (
    <StudyPage studyId={studyId} title="Decisions" description={DESCRIPTION} empty={EMPTY}>
      {() => <DecisionLog studyId={studyId} />}
    </StudyPage>
  )
}
