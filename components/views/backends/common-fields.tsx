'use client'

import { Group, NumberInput, Textarea, TextInput } from '@mantine/core'
import type { FormState, Prices } from './form-state'

interface CommonFieldsProps {
  form: FormState
  isServer: boolean
  onChange(change: Partial<FormState>): void
}

/** Settings that every backend has: prices, and further servers of the same model. */
export function CommonFields({ form, isServer, onChange }: CommonFieldsProps) {
  const price = (name: 'promptPerMillion' | 'completionPerMillion', label: string) => (
    <NumberInput
      label={label}
      min={0}
      decimalScale={6}
      hideControls
      placeholder="not known"
      style={{ flex: '1 1 160px' }}
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
        {price('promptPerMillion', 'Price of a million tokens sent')}
        {price('completionPerMillion', 'Price of a million written')}
        <TextInput
          label="Currency"
          maxLength={8}
          style={{ flex: '0 1 90px' }}
          value={form.prices.currency}
          onChange={(event) =>
            onChange({ prices: { ...form.prices, currency: event.currentTarget.value } })
          }
        />
      </Group>
      {isServer ? (
        <Textarea
          label="Further addresses of the same model"
          description="One a line. Work is spread over all of them; one that serves another model is refused."
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
