'use client'

import { ActionIcon, Button, Group, Menu } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import {
  useDeleteBackend,
  useDuplicateBackend,
  useProbeBackend,
  useRestoreBackend,
} from '@/components/hooks/use-backends'
import { notifyDone, notifyError, notifyUndo } from '@/components/ui/notify'
import type { BackendInfo } from '@/lib/contracts/backends'

interface BackendActionsProps {
  backend: BackendInfo
  onEdit(): void
  /** A probe was asked for: its steps are worth seeing. */
  onProbe(): void
}

/** Probe, edit, duplicate, remove. Built-in backends can only be probed. */
export function BackendActions({ backend, onEdit, onProbe }: BackendActionsProps) {
  const probe = useProbeBackend()
  const duplicate = useDuplicateBackend()
  const remove = useDeleteBackend()
  const restore = useRestoreBackend()

  const runProbe = () =>
    probe.mutate(backend.id, {
      onSuccess: onProbe,
      onError: (error) => notifyError('The probe was not started', error),
    })
  const copy = () =>
    duplicate.mutate(backend.id, {
      onSuccess: (made) =>
        notifyDone(
          `"${made.label}" was added.${backend.keyStored ? ' Its key was not copied: enter it there.' : ''}`,
        ),
      onError: (error) => notifyError('The backend was not duplicated', error),
    })
  const deleteBackend = () =>
    remove.mutate(backend.id, {
      onSuccess: () =>
        notifyUndo(`"${backend.label}" was removed. Its runs and their values are kept.`, () =>
          restore.mutate(backend.id),
        ),
      onError: (error) => notifyError('The backend was not removed', error),
    })

  return (
    <Group gap={6} wrap="nowrap">
      <Button
        variant="default"
        size="compact-sm"
        onClick={runProbe}
        loading={probe.isPending}
        disabled={backend.probing !== null}
      >
        {backend.probing ? 'Probing …' : backend.probe ? 'Probe again' : 'Probe'}
      </Button>
      {backend.builtIn ? null : (
        <>
          <Button variant="default" size="compact-sm" onClick={onEdit}>
            Edit
          </Button>
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon aria-label={`More for ${backend.label}`} size="md">
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={copy}>Duplicate</Menu.Item>
              <Menu.Item onClick={deleteBackend}>Remove</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      )}
    </Group>
  )
}
