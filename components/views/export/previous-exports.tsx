'use client'

import { Anchor, Text } from '@mantine/core'
import {
  downloadUrl,
  exportFileUrl,
  recipeUrl,
  useDownloadStarted,
  usePreviousExports,
} from '@/components/hooks/use-export'
import { DASH, formatBytes, formatCount, formatDateTime, shortHash } from '@/lib/contracts/format'
import { Term } from '@/components/ui/info-tip'
import { Section } from '@/components/ui/page'
import { QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { PreviousExport } from '@/lib/contracts/export'

function columnsOf(studyId: string, onDownload: () => void): Column<PreviousExport>[] {
  return [
    { name: 'Name', cell: ({ name }) => name },
    { name: 'Format', cell: ({ formatLabel }) => formatLabel ?? DASH },
    { name: 'Rows', kind: 'number', cell: ({ rowCount }) => formatCount(rowCount) },
    {
      name: 'Size',
      kind: 'number',
      cell: ({ bytes, problem }) =>
        bytes === null && problem ? (
          DASH
        ) : bytes === null ? (
          <Term tip="Still being sent, or interrupted before the end.">incomplete</Term>
        ) : (
          formatBytes(bytes)
        ),
    },
    {
      name: 'Hash',
      head: <Term tip="SHA-256 of the file that was sent.">Hash</Term>,
      kind: 'code',
      hint: ({ sha256 }) => sha256 ?? undefined,
      cell: ({ sha256 }) => (sha256 ? shortHash(sha256) : DASH),
    },
    { name: 'Created', kind: 'line', cell: ({ createdAt }) => formatDateTime(createdAt) },
    {
      name: 'Files',
      kind: 'line',
      cell: ({ id, request, hasFile, hasRecipe, problem }) => (
        <>
          {hasFile ? (
            <Anchor href={exportFileUrl(studyId, id)} download size="sm" mr="sm">
              Download file
            </Anchor>
          ) : null}
          {request ? (
            <Anchor href={downloadUrl(request)} download size="sm" onClick={onDownload} mr="sm">
              {hasFile ? 'Make again' : 'Download again'}
            </Anchor>
          ) : null}
          {hasRecipe ? (
            <Anchor href={recipeUrl(studyId, id)} download size="sm">
              Recipe
            </Anchor>
          ) : null}
          {problem ? <Text size="sm">{problem}</Text> : null}
        </>
      ),
    },
  ]
}

/** Exports made before, each with its recipe and a link that makes it again. */
export function PreviousExports({ studyId }: { studyId: string }) {
  const query = usePreviousExports(studyId)
  const started = useDownloadStarted(studyId)
  return (
    <Section
      title="Previous exports"
      note="Downloading again uses the same filter and order with the current values"
    >
      <QueryState query={query} what="The previous exports could not be read" lines={3}>
        {(exports) =>
          exports.length === 0 ? (
            <Text c="dimmed">
              No export yet. Each download is listed here with its recipe: filters, runs, source
              hashes and row counts.
            </Text>
          ) : (
            <Table
              label="Previous exports"
              columns={columnsOf(studyId, started)}
              rows={exports}
              keyOf="id"
            />
          )
        }
      </QueryState>
    </Section>
  )
}
