'use client'

import { useBackendHistory } from '@/components/hooks/use-backends'
import { DASH, formatDateTime } from '@/components/ui/format'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { LoadingLines, QueryState } from '@/components/ui/states'
import type { BackendInfo } from '@/lib/contracts/backends'

function text(value: unknown): string {
  if (value === null || value === undefined || value === '') return DASH
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** What decides the numbers of this backend, now and before: each model that was found behind it. */
export function BackendHistorySection({ backend }: { backend: BackendInfo }) {
  const query = useBackendHistory(backend.id, backend.probedAt, backend.probe !== null)
  return (
    <QueryState
      query={query}
      what="The history could not be read"
      skeleton={<LoadingLines lines={2} />}
    >
      {({ identities, probes }) => (
        <div style={{ display: 'grid', gap: 8 }}>
          {identities.length === 0 ? (
            <p className="ev-dim" style={{ margin: 0 }}>
              No probe has found a model here yet.
            </p>
          ) : (
            <ScrollRegion label={`Models behind ${backend.label}`} className="">
              <table className="ev-table">
                <thead>
                  <tr>
                    <th scope="col">Model</th>
                    <th scope="col">Server</th>
                    <th scope="col">Revision, weights</th>
                    <th scope="col">First seen</th>
                    <th scope="col">Last seen</th>
                    <th scope="col">Differs from the one before</th>
                  </tr>
                </thead>
                <tbody>
                  {identities.map((record) => (
                    <tr key={record.no}>
                      <td style={{ overflowWrap: 'anywhere' }}>{text(record.identity['model'])}</td>
                      <td>{text(record.identity['server'])}</td>
                      <td style={{ overflowWrap: 'anywhere' }}>
                        {text(record.identity['revision'])}, {text(record.identity['dtype'])}
                      </td>
                      <td style={{ whiteSpace: 'nowrap' }}>{formatDateTime(record.firstSeenAt)}</td>
                      <td style={{ whiteSpace: 'nowrap' }}>{formatDateTime(record.lastSeenAt)}</td>
                      <td>{record.change ?? DASH}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </ScrollRegion>
          )}
          <p className="ev-dim" style={{ margin: 0, fontSize: '0.8125rem' }}>
            Latest probes:{' '}
            {probes
              .slice(0, 5)
              .map((probe) =>
                probe.state === 'done'
                  ? `${formatDateTime(probe.startedAt)}, ${probe.passed} passed, ${probe.failed} failed`
                  : `${formatDateTime(probe.startedAt)}, ${probe.error ?? 'running'}`,
              )
              .join(' · ')}
          </p>
        </div>
      )}
    </QueryState>
  )
}

/** Every part of the identity that stands on cards and in cache keys. */
export function IdentityTable({ identity }: { identity: Record<string, unknown> }) {
  const entries = Object.entries(identity).filter(([, value]) => value !== null && value !== '')
  return (
    <table className="ev-table">
      <tbody>
        {entries.map(([name, value]) => (
          <tr key={name}>
            <th scope="row" style={{ width: 160 }}>
              {name}
            </th>
            <td style={{ overflowWrap: 'anywhere' }}>{text(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
