'use client'

import { Anchor, Checkbox, Collapse, Group, Select, Stack } from '@mantine/core'
import { useState } from 'react'
import { ParamFields } from '@/components/fields/param-fields'
import type { BackendInfo } from '@/lib/contracts/backends'
import type { MetricInfo } from '@/lib/contracts/compute'
import type { MetricChoice } from './compute-dialog'

/** Says what a backend lacks for a metric; null when nothing is known to be missing. */
function lacks(backend: BackendInfo, metric: MetricInfo): string | null {
  const missing = metric.needs.filter((need) => backend.probe?.capabilities[need]?.state === 'no')
  return missing.length > 0 ? missing.join(', ') : null
}

interface MetricLineProps {
  metric: MetricInfo
  backends: readonly BackendInfo[]
  choice: MetricChoice
  onChange(choice: MetricChoice): void
}

function MetricLine({ metric, backends, choice, onChange }: MetricLineProps) {
  const [isOpen, setIsOpen] = useState(false)
  const options = backends.map((backend) => {
    const missing = lacks(backend, metric)
    return {
      value: backend.id,
      label: missing ? `${backend.label} (lacks ${missing})` : backend.label,
      disabled: missing !== null,
    }
  })
  const nChanged = Object.keys(choice.params).length
  return (
    <div style={{ borderBottom: '1px solid var(--ev-border)', padding: '8px 0' }}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="md">
        <Checkbox
          checked={choice.isOn}
          onChange={(event) => onChange({ ...choice, isOn: event.currentTarget.checked })}
          label={<strong>{metric.label}</strong>}
          description={metric.description}
          styles={{ body: { alignItems: 'flex-start' } }}
        />
        {metric.needs.length > 0 ? (
          <Select
            aria-label={`Backend for ${metric.label}`}
            w={220}
            style={{ flex: 'none' }}
            disabled={!choice.isOn}
            data={[{ value: '', label: 'First that can do it' }, ...options]}
            value={choice.backendId ?? ''}
            onChange={(value) => onChange({ ...choice, backendId: value === '' ? null : value })}
          />
        ) : (
          <span className="ev-dim" style={{ width: 220, flex: 'none', fontSize: '0.8125rem' }}>
            needs no backend
          </span>
        )}
      </Group>
      {metric.params.length > 0 ? (
        <div style={{ paddingLeft: 28 }}>
          <Anchor
            component="button"
            type="button"
            size="sm"
            aria-expanded={isOpen}
            onClick={() => setIsOpen(!isOpen)}
          >
            {isOpen ? 'Hide parameters' : 'Parameters'}
            {nChanged > 0 ? ` (${nChanged} changed)` : ''}
          </Anchor>
          <Collapse expanded={isOpen}>
            <Stack gap="xs" py={8} maw={480}>
              <ParamFields
                params={metric.params}
                values={choice.params}
                onChange={(params) => onChange({ ...choice, params })}
              />
            </Stack>
          </Collapse>
        </div>
      ) : null}
    </div>
  )
}

interface ComputeMetricsProps {
  measured: readonly MetricInfo[]
  backends: readonly BackendInfo[]
  choices: Record<string, MetricChoice>
  onChange(metric: string, choice: MetricChoice): void
}

export function ComputeMetrics({ measured, backends, choices, onChange }: ComputeMetricsProps) {
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
      <legend style={{ fontWeight: 600, padding: 0 }}>Metrics</legend>
      {measured.map((metric) => {
        const choice = choices[metric.id]
        return choice ? (
          <MetricLine
            key={metric.id}
            metric={metric}
            backends={backends}
            choice={choice}
            onChange={(next) => onChange(metric.id, next)}
          />
        ) : null
      })}
    </fieldset>
  )
}
