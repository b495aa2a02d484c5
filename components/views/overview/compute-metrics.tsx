'use client'

import { Box, Checkbox, Fieldset, Group, Select, Stack, Text } from '@mantine/core'
import { backendOptions } from '@/components/fields/backend-options'
import { ParamFields, type StudyNames } from '@/components/fields/param-fields'
import { Disclosure } from '@/components/ui/link-button'
import type { BackendInfo } from '@/lib/contracts/backends'
import type { MetricInfo } from '@/lib/contracts/compute'
import type { MetricChoice } from './compute-dialog'
import classes from './overview.module.css'

interface MetricLineProps {
  metric: MetricInfo
  backends: readonly BackendInfo[]
  names: StudyNames
  choice: MetricChoice
  onChange(choice: MetricChoice): void
}

function MetricLine({ metric, backends, names, choice, onChange }: MetricLineProps) {
  const nChanged = Object.keys(choice.params).length
  const changed = nChanged > 0 ? ` (${nChanged} changed)` : ''
  return (
    <div className={classes.metricLine}>
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
            flex="none"
            disabled={!choice.isOn}
            data={[
              { value: '', label: 'First suitable backend' },
              ...backendOptions(backends, metric.needs),
            ]}
            value={choice.backendId ?? ''}
            onChange={(value) => onChange({ ...choice, backendId: value === '' ? null : value })}
          />
        ) : (
          <Text size="sm" c="dimmed" w={220} flex="none">
            needs no backend
          </Text>
        )}
      </Group>
      {metric.params.length > 0 ? (
        <Box pl={28}>
          <Disclosure show={`Parameters${changed}`} hide={`Hide parameters${changed}`}>
            <Stack gap="xs" py={8} maw={480}>
              <ParamFields
                params={metric.params}
                values={choice.params}
                names={names}
                onChange={(params) => onChange({ ...choice, params })}
              />
            </Stack>
          </Disclosure>
        </Box>
      ) : null}
    </div>
  )
}

interface ComputeMetricsProps {
  measured: readonly MetricInfo[]
  backends: readonly BackendInfo[]
  names: StudyNames
  choices: Record<string, MetricChoice>
  onChange(metric: string, choice: MetricChoice): void
}

export function ComputeMetrics({
  measured,
  backends,
  names,
  choices,
  onChange,
}: ComputeMetricsProps) {
  return (
    <Fieldset variant="unstyled" legend="Metrics">
      {measured.map((metric) => {
        const choice = choices[metric.id]
        return choice ? (
          <MetricLine
            key={metric.id}
            metric={metric}
            backends={backends}
            names={names}
            choice={choice}
            onChange={(next) => onChange(metric.id, next)}
          />
        ) : null
      })}
    </Fieldset>
  )
}
