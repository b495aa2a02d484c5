'use client'

import { Group, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useId } from 'react'
import { formatDateTime, plural } from '@/lib/contracts/format'
import { Notice } from '@/components/ui/states'
import type { BackendInfo, ModelChange } from '@/lib/contracts/backends'
import { BackendActions } from './backend-actions'
import { BackendHistorySection, IdentityTable } from './backend-history'
import classes from './backends.module.css'
import { CapabilityStrip, CapabilityTable, ProbeSteps } from './capability-table'

interface BackendCardProps {
  backend: BackendInfo
  isOpen: boolean
  onToggle(isOpen: boolean): void
  onEdit(): void
}

/** What the backend is and when it was tested, in one line. */
function facts(backend: BackendInfo): string {
  const { config, probedAt, probing } = backend
  const replicas = Array.isArray(config['replicas']) ? config['replicas'].length : 0
  const parts = [
    `${backend.kindLabel}${backend.builtIn ? ', built in' : ''}`,
    typeof config['model'] === 'string' && config['model'] !== backend.label
      ? `model ${config['model']}`
      : null,
    typeof config['baseUrl'] === 'string' ? config['baseUrl'].replace(/^https?:\/\//, '') : null,
    replicas > 0 ? plural(replicas, 'replica endpoint') : null,
    backend.keyStored ? 'key stored' : backend.keyIsSet ? 'key set' : null,
    probing
      ? probing.state === 'waiting'
        ? 'waiting for the worker'
        : plural(probing.steps.length, 'step')
      : probedAt === null
        ? 'not probed yet'
        : `probed ${formatDateTime(probedAt)}`,
  ]
  return parts.filter(Boolean).join(' · ')
}

function Details({ backend }: { backend: BackendInfo }) {
  const { probe, probing } = backend
  const steps = probing ? probing.steps : (probe?.steps ?? [])
  return (
    <Stack gap="md" pt={12} miw={0}>
      <CapabilityTable backend={backend} />
      {steps.length > 0 ? (
        <details>
          <summary>{plural(steps.length, 'step')} of the probe</summary>
          <ProbeSteps steps={steps} />
        </details>
      ) : null}
      {probe && !probing ? (
        <>
          <details>
            <summary>Identity: what its values depend on</summary>
            <IdentityTable identity={probe.identity} />
          </details>
          <details open={backend.modelChange !== null}>
            <summary>Models found behind it</summary>
            <BackendHistorySection backend={backend} />
          </details>
        </>
      ) : null}
    </Stack>
  )
}

function changeText({ at, model, reason }: ModelChange): string {
  return `Another model answers under the name ${model} since ${formatDateTime(at)}. ${reason} Earlier runs keep the old identity and are not extended with this one.`
}

/** What may be wrong with this backend; nothing when all is well. */
function BackendNotices({ backend }: { backend: BackendInfo }) {
  const { keyStored, keyIsSet, probeError, modelChange, probing, config } = backend
  const notices = [
    modelChange && !probing ? changeText(modelChange) : null,
    keyIsSet === false
      ? keyStored
        ? 'Its key is stored, but EVOLENS_MASTER_KEY is not set, so it cannot be read. Start Evolens with the master key that it was stored under.'
        : `The environment variable ${String(config['keyEnv'])} is not set. Set it in the terminal that starts Evolens, then start again.`
      : null,
    probeError && !probing ? `The last probe could not be carried out. ${probeError}` : null,
  ].filter((text) => text !== null)
  if (notices.length === 0) return null
  return (
    <Stack gap={6} mt={8}>
      {notices.map((text) => (
        <Notice key={text}>{text}</Notice>
      ))}
    </Stack>
  )
}

/** One backend: what it can do at a glance, and everything the probe found when opened. */
export function BackendCard({ backend, isOpen, onToggle, onEdit }: BackendCardProps) {
  const panel = useId()
  const canOpen = backend.probe !== null || backend.probing !== null
  const Chevron = isOpen ? IconChevronDown : IconChevronRight
  return (
    <section className={`ev-panel ${classes.card}`} aria-label={backend.label}>
      <Group justify="space-between" align="flex-start" gap="xs" wrap="nowrap">
        <div className={classes.head}>
          <h3 dir="auto">
            {canOpen ? (
              <UnstyledButton
                className={classes.opener}
                aria-expanded={isOpen}
                aria-controls={isOpen ? panel : undefined}
                onClick={() => onToggle(!isOpen)}
              >
                <Chevron size={14} className={classes.chevron} />
                {backend.label}
              </UnstyledButton>
            ) : (
              backend.label
            )}
          </h3>
          <Text size="sm" c="dimmed">
            {facts(backend)}
          </Text>
        </div>
        <BackendActions backend={backend} onEdit={onEdit} onProbe={() => onToggle(true)} />
      </Group>
      <CapabilityStrip backend={backend} />
      <BackendNotices backend={backend} />
      {isOpen && canOpen ? (
        <div id={panel} aria-live={backend.probing ? 'polite' : 'off'}>
          <Details backend={backend} />
        </div>
      ) : null}
    </section>
  )
}
