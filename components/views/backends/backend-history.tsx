'use client'

import { Stack, Text } from '@mantine/core'
import { useBackendHistory } from '@/components/hooks/use-backends'
import { DASH, formatDateTime } from '@/lib/contracts/format'
import { Facts } from '@/components/ui/facts'
import { QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { BackendHistory, BackendInfo } from '@/lib/contracts/backends'

function text(value: unknown): string {
  if (value === null || value === undefined || value === '') return DASH
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

type Identity = BackendHistory['identities'][number]

const COLUMNS: readonly Column<Identity>[] = [
  { name: 'Model', kind: 'wrap', cell: ({ identity }) => text(identity['model']) },
  { name: 'Server', cell: ({ identity }) => text(identity['server']) },
  {
    name: 'Revision, weights',
    kind: 'wrap',
    cell: ({ identity }) => `${text(identity['revision'])}, ${text(identity['dtype'])}`,
  },
  { name: 'First seen', kind: 'line', cell: ({ firstSeenAt }) => formatDateTime(firstSeenAt) },
  { name: 'Last seen', kind: 'line', cell: ({ lastSeenAt }) => formatDateTime(lastSeenAt) },
  { name: 'Difference from the one before', cell: ({ change }) => change ?? DASH },
]

/** Each model that was found behind this backend, now and before. */
export function BackendHistorySection({ backend }: { backend: BackendInfo }) {
  const query = useBackendHistory(backend.id, backend.probedAt, backend.probe !== null)
  return (
    <QueryState query={query} what="The history could not be read" lines={2}>
      {({ identities, probes }) => (
        <Stack gap="xs">
          {identities.length === 0 ? (
            <Text c="dimmed">No probe has found a model here yet.</Text>
          ) : (
            <Table
              label={`Models behind ${backend.label}`}
              className=""
              columns={COLUMNS}
              rows={identities}
              keyOf="no"
            />
          )}
          <Text size="sm" c="dimmed">
            Latest probes:{' '}
            {probes
              .slice(0, 5)
              .map(
                ({ startedAt, state, passed, failed, error }) =>
                  `${formatDateTime(startedAt)}, ${
                    state === 'done' ? `${passed} passed, ${failed} failed` : (error ?? 'running')
                  }`,
              )
              .join(' · ')}
          </Text>
        </Stack>
      )}
    </QueryState>
  )
}

/** Every part of the identity that is part of run definitions and cache keys. */
export function IdentityTable({ identity }: { identity: Record<string, unknown> }) {
  const entries = Object.entries(identity).filter(([, value]) => value !== null && value !== '')
  return <Facts facts={entries.map(([name, value]) => [name, text(value)])} />
}
