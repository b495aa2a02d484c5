'use client'

import { Group, NumberInput, Textarea, TextInput } from '@mantine/core'
import type { FormState, Prices } from './form-state'

interface CommonFieldsProps {
  form: FormState
  isServer: boolean
  onChange(change: Partial<FormState>): void
}

/** Settings that every backend has: prices, and replica endpoints. */
export function CommonFields({ form, isServer, onChange }: CommonFieldsProps) {
  const price = (name: 'promptPerMillion' | 'completionPerMillion', label: string) => (
    <NumberInput
      label={label}
      min={0}
      decimalScale={6}
      hideControls
      placeholder="not known"
      flex="1 1 160px"
      value={form.prices[name] ?? ''}
      onChange={(value) =>
        onChange({
          prices: { ...form.prices, [name]: typeof value === 'number' ? value : null } as Prices,
        })
      }
    />
  )
  return (
    <>
      <Group gap="sm" align="flex-end">
        {price('promptPerMillion', 'Price per million input tokens')}
        {price('completionPerMillion', 'Price per million output tokens')}
        <TextInput
          label="Currency"
          maxLength={8}
          flex="0 1 90px"
          value={form.prices.currency}
          onChange={(event) =>
            onChange({ prices: { ...form.prices, currency: event.currentTarget.value } })
          }
        />
      </Group>
      {isServer ? (
        <Textarea
          label="Replica endpoints"
          description="More addresses that serve the same model, one per line. Requests are spread over all of them; an endpoint with another model is rejected."
          autosize
          minRows={1}
          maxRows={6}
          value={form.replicas}
          onChange={(event) => onChange({ replicas: event.currentTarget.value })}
        />
      ) : null}
    </>
  )
}
