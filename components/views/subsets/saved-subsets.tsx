'use client'

import { Anchor, Checkbox, Group, Text } from '@mantine/core'
import Link from 'next/link'
import { parseAsArrayOf, parseAsString, useQueryState } from 'nuqs'
import {
  subsetFileUrl,
  useDeleteSubset,
  useRestoreSubset,
  useSubsets,
} from '@/components/hooks/use-subsets'
import { filterQuery } from '@/components/hooks/use-view-state'
import { formatCount, formatDateTime, plural, shortHash } from '@/lib/contracts/format'
import { LinkButton } from '@/components/ui/link-button'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import { emptyFilter } from '@/lib/contracts/filter'
import type { StudyDetail } from '@/lib/contracts/study'
import type { SavedSubset } from '@/lib/contracts/subset'
import { SubsetComparisonTable } from './comparison'

const PAGES = [
  ['rows', 'Rows'],
  ['figures', 'Figures'],
  ['export', 'Export'],
] as const

/** Subsets compared at once. */
const MOST_COMPARED = 6

interface SavedSubsetsProps {
  study: StudyDetail
  onOpen(subset: SavedSubset): void
}

/** The saved subsets: each leads to its rows, figures and export, and can be taken up again. */
export function SavedSubsets({ study, onOpen }: SavedSubsetsProps) {
  const studyId = study.study.id
  const query = useSubsets(studyId)
  const remove = useDeleteSubset(studyId)
  const restore = useRestoreSubset(studyId)
  const [chosen, setChosen] = useQueryState(
    'compare',
    parseAsArrayOf(parseAsString).withDefault([]).withOptions({ history: 'push' }),
  )
  const known = chosen.filter((id) => query.data?.some((one) => one.id === id))
  const toggle = (id: string) =>
    void setChosen(known.includes(id) ? known.filter((one) => one !== id) : [...known, id])
  const onRemove = ({ id, name }: SavedSubset) =>
    remove.mutate(id, {
      onSuccess: () =>
        notifyUndo(`The subset ${name} was deleted. It can be restored for 7 days.`, () =>
          restore.mutate(id, {
            onError: (error) => notifyError('The subset was not restored', error),
          }),
        ),
      onError: (error) => notifyError('The subset was not deleted', error),
    })
  const filterOf = (id: string) =>
    filterQuery({ ...emptyFilter(), where: { is: 'subset', id, inside: true } })
  const columns: Column<SavedSubset>[] = [
    {
      name: 'Compare',
      cell: ({ id, name }) => (
        <Checkbox
          aria-label={`Compare ${name}`}
          checked={known.includes(id)}
          disabled={!known.includes(id) && known.length >= MOST_COMPARED}
          onChange={() => toggle(id)}
        />
      ),
    },
    { name: 'Name', kind: 'name', cell: ({ name }) => name },
    { name: 'Rules', kind: 'number', cell: ({ rules }) => rules.length },
    { name: 'Rows when saved', kind: 'number', cell: ({ rowCount }) => formatCount(rowCount) },
    { name: 'Hash', kind: 'code', hint: ({ hash }) => hash, cell: ({ hash }) => shortHash(hash) },
    { name: 'Saved', kind: 'line', cell: ({ createdAt }) => formatDateTime(createdAt) },
    {
      name: 'Actions',
      kind: 'line',
      cell: (subset) => (
        <Group gap="sm" wrap="nowrap">
          {PAGES.map(([page, label]) => (
            <Anchor
              key={page}
              component={Link}
              size="sm"
              href={`/studies/${studyId}/${page}${filterOf(subset.id)}`}
            >
              {label}
            </Anchor>
          ))}
          <LinkButton
            onClick={() => onOpen(subset)}
            aria-label={`Edit the rules of ${subset.name}`}
          >
            Edit rules
          </LinkButton>
          <Anchor size="sm" href={subsetFileUrl(studyId, subset.id)} download>
            Rule file
          </Anchor>
          <LinkButton
            onClick={() => onRemove(subset)}
            aria-label={`Delete the subset ${subset.name}`}
          >
            Delete
          </LinkButton>
        </Group>
      ),
    },
  ]
  return (
    <>
      <Section title="Saved subsets" note={query.data ? plural(query.data.length, 'subset') : null}>
        <QueryState query={query} what="The subsets could not be read" lines={3} height={40}>
          {(subsets) =>
            subsets.length === 0 ? (
              <Text c="dimmed">
                No subset yet. Saved subsets are filters of rows, figures and exports, and sets of
                the figure of overlaps.
              </Text>
            ) : (
              <Table
                label="Saved subsets"
                columns={columns}
                rows={subsets}
                keyOf="id"
                className="ev-panel"
              />
            )
          }
        </QueryState>
      </Section>
      {known.length >= 2 ? <SubsetComparisonTable study={study} ids={known} /> : null}
    </>
  )
}
