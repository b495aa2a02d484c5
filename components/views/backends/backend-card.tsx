'use client'

import { Button, Collapse, Group } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import {
  useDeleteBackend,
  useProbeBackend,
  useRestoreBackend,
} from '@/components/hooks/use-backends'
import { formatDateTime, formatDuration } from '@/components/ui/format'
import { notifyDone, notifyError, notifyUndo } from '@/components/ui/notify'
import { Notice } from '@/components/ui/states'
import type { BackendInfo } from '@/lib/contracts/compute'
import { CapabilityTable, ProbeSteps } from './capability-table'

interface BackendCardProps {
  backend: BackendInfo
  onEdit(): void
  onProbe(): void
}

function summary(backend: BackendInfo): string {
  if (!backend.probe) return 'not probed yet'
  const able = Object.entries(backend.probe.capabilities)
    .filter(([, { state }]) => state === 'yes')
    .map(([name]) => name)
  return able.length > 0 ? able.join(', ') : 'nothing works'
}

function Identity({ identity }: { identity: Record<string, unknown> }) {
  const entries = Object.entries(identity).filter(([, value]) => value !== null && value !== '')
  return (
    <table className="ev-table">
      <tbody>
        {entries.map(([name, value]) => (
          <tr key={name}>
            <th scope="row" style={{ width: 160 }}>
              {name}
            </th>
            <td style={{ overflowWrap: 'anywhere' }}>
              {typeof value === 'object' ? JSON.stringify(value) : String(value)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function BackendCard({ backend, onEdit, onProbe }: BackendCardProps) {
  const [isOpen, setIsOpen] = useState(false)
  const probe = useProbeBackend()
  const remove = useDeleteBackend()
  const restore = useRestoreBackend()
  const Chevron = isOpen ? IconChevronDown : IconChevronRight

  const runProbe = () =>
    probe.mutate(backend.id, {
      onSuccess: () => {
        notifyDone(`Probing ${backend.label}.`)
        onProbe()
      },
      onError: (error) => notifyError('The probe was not started', error),
    })
  const deleteBackend = () =>
    remove.mutate(backend.id, {
      onSuccess: () =>
        notifyUndo(`"${backend.label}" was removed. Its runs and cards stay.`, () =>
          restore.mutate(backend.id),
        ),
      onError: (error) => notifyError('The backend was not removed', error),
    })

  return (
    <section className="ev-panel" style={{ padding: '12px 16px' }} aria-label={backend.label}>
      <Group justify="space-between" align="flex-start" gap="xs">
        <div style={{ minWidth: 0, flex: '1 1 320px' }}>
          <h3 style={{ margin: 0, fontSize: '0.875rem' }} dir="auto">
            {backend.label}
          </h3>
          <div className="ev-dim" style={{ fontSize: '0.8125rem' }}>
            {backend.kindLabel}
            {backend.builtIn ? ', built in' : ''} · {summary(backend)}
            {backend.probedAt === null ? '' : ` · probed ${formatDateTime(backend.probedAt)}`}
            {backend.probe?.latencyMs == null ? '' : `, ${formatDuration(backend.probe.latencyMs)}`}
          </div>
        </div>
        <Group gap={6}>
          {backend.probe ? (
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<Chevron size={14} />}
              aria-expanded={isOpen}
              onClick={() => setIsOpen(!isOpen)}
            >
              Details
            </Button>
          ) : null}
          <Button variant="default" size="compact-sm" onClick={runProbe} loading={probe.isPending}>
            Probe
          </Button>
          {backend.builtIn ? null : (
            <>
              <Button variant="default" size="compact-sm" onClick={onEdit}>
                Edit
              </Button>
              <Button variant="default" size="compact-sm" onClick={deleteBackend}>
                Remove
              </Button>
            </>
          )}
        </Group>
      </Group>
      {backend.keyIsSet === false ? (
        <div style={{ marginTop: 8 }}>
          <Notice>
            The environment variable that this backend takes its key from is not set. Set it, then
            start again.
          </Notice>
        </div>
      ) : null}
      {backend.probe ? (
        <Collapse expanded={isOpen}>
          <div style={{ display: 'grid', gap: 16, paddingTop: 12 }}>
            <CapabilityTable probe={backend.probe} />
            <Identity identity={backend.probe.identity} />
            <ProbeSteps steps={backend.probe.steps} />
          </div>
        </Collapse>
      ) : null}
    </section>
  )
}
