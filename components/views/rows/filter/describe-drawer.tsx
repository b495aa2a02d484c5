'use client'

import { Drawer, Group, Stack, Text, Title } from '@mantine/core'
import { useDescription } from '@/components/hooks/use-rows'
import { useViewState } from '@/components/hooks/use-view-state'
import { useStudy } from '@/components/hooks/use-studies'
import { armText, seedSetText } from '@/components/shell/condition-text'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import { formatCount, formatShare, formatValue } from '@/lib/contracts/format'
import { QueryState } from '@/components/ui/states'
import { Table } from '@/components/ui/table'
import type { Description, Difference, TypicalWord } from '@/lib/contracts/description'
import type { StudyDetail } from '@/lib/contracts/study'

/** The word of a difference by its label, where it is a key. */
function wordText({ column, word }: Difference, study: StudyDetail | undefined): string {
  const names = { study, exports: new Map<string, string>() }
  const text = word?.word ?? ''
  if (column === 'origin.evolver') return armText(text, names)
  return column === 'origin.seed_set' ? seedSetText(text, names) : text
}

function sideText({ word, levels, ...one }: Difference, side: 'selected' | 'rest'): string {
  const { n, median } = one[side]
  if (word) return n === 0 ? '-' : formatShare(word[side] / n)
  return median === null ? '-' : (levels?.[median - 1] ?? formatValue(median))
}

function countsText({ selected, rest }: Difference): string {
  const missing = selected.missing + rest.missing
  const n = `n ${formatCount(selected.n)} and ${formatCount(rest.n)}`
  return missing === 0 ? n : `${n}, ${formatCount(missing)} missing`
}

function Words({
  title,
  words,
  of,
}: {
  title: string
  words: TypicalWord[]
  of: [number, number]
}) {
  return (
    <div>
      <Title order={3} size="sm" mb={4}>
        {title}
      </Title>
      <Table
        label={title}
        keyOf="word"
        rows={words}
        columns={[
          { name: 'Word', kind: 'name', cell: ({ word }) => word },
          {
            name: 'Selected',
            kind: 'number',
            cell: ({ selected }) => formatShare(of[0] === 0 ? 0 : selected / of[0]),
          },
          {
            name: 'Rest',
            kind: 'number',
            cell: ({ rest }) => formatShare(of[1] === 0 ? 0 : rest / of[1]),
          },
        ]}
      />
    </div>
  )
}

function Differences({ found, study }: { found: Description; study: StudyDetail | undefined }) {
  const { words, selectedRows, restRows, randomSeed } = found.words
  const of: [number, number] = [selectedRows, restRows]
  return (
    <Stack gap="md">
      <Text size="sm">
        {formatCount(found.selected)} selected rows and the {formatCount(found.rest)} others of the
        study; the largest difference first.
      </Text>
      <Table
        label="Differences"
        keyOf="column"
        rows={found.differences}
        columns={[
          {
            name: 'Column',
            kind: 'name',
            cell: (one) => (
              <>
                {one.group}: {one.label}
                <Text size="xs" c="dimmed">
                  {one.word ? `share of "${wordText(one, study)}"` : 'median'}, {countsText(one)}
                </Text>
              </>
            ),
          },
          {
            name: 'Effect',
            kind: 'number',
            hint: (one) => one.measure,
            cell: (one) => (
              <>
                {formatValue(one.effect)}
                <Text size="xs" c="dimmed">
                  {one.measure}
                </Text>
              </>
            ),
          },
          { name: 'Selected', kind: 'number', cell: (one) => sideText(one, 'selected') },
          { name: 'Rest', kind: 'number', cell: (one) => sideText(one, 'rest') },
          {
            name: 'Difference, 95 %',
            kind: 'number',
            cell: ({ word }) =>
              word
                ? `${formatShare(word.difference)} (${formatShare(word.low)} to ${formatShare(word.high)})`
                : '',
          },
        ]}
      />
      <Group align="flex-start" grow>
        <Words title="Words of the selected rows" words={words.filter(({ z }) => z > 0)} of={of} />
        <Words
          title="Words of the rest"
          words={words.filter(({ z }) => z < 0).toReversed()}
          of={of}
        />
      </Group>
      <Text size="xs" c="dimmed">
        Share of instructions that have the word, in {formatCount(selectedRows)} and{' '}
        {formatCount(restRows)} drawn under random seed {randomSeed}; ordered by log-odds with a
        prior of both.
      </Text>
      {found.leftOut.length > 0 ? (
        <Text size="xs" c="dimmed">
          Left out, because one side has no value:{' '}
          {found.leftOut.map(({ label }) => label).join(', ')}.
        </Text>
      ) : null}
      {found.notes.map((note) => (
        <Text key={note} size="xs" c="dimmed">
          {note}
        </Text>
      ))}
    </Stack>
  )
}

/** What tells the rows of the filter from the rest of the study, on each of its pages. */
export function DescribeDrawer({ studyId }: { studyId: string }) {
  const [dialog, setDialog] = useDialogParam(['describe'])
  const { state } = useViewState()
  const { data: study } = useStudy(studyId)
  const query = useDescription(studyId, state.filter, dialog !== null)
  return (
    <Drawer
      opened={dialog !== null}
      onClose={() => setDialog(null)}
      position="right"
      size="xl"
      title="What tells these rows from the rest"
    >
      {dialog ? (
        <QueryState query={query} what="The rows could not be compared" lines={8} height={40}>
          {(found) => <Differences found={found} study={study} />}
        </QueryState>
      ) : null}
    </Drawer>
  )
}
