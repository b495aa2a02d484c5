'use client'

import { Autocomplete, Group, NumberInput, Select, Stack, Textarea, TextInput } from '@mantine/core'
import { ParamFields } from '@/components/fields/param-fields'
import { Disclosure } from '@/components/ui/link-button'
import type { BackendKindInfo, DetectionInfo } from '@/lib/contracts/backends'
import { OWN_FIELDS, type FormState, type Prices } from './form-state'

interface CommonFieldsProps {
  form: FormState
  isServer: boolean
  onChange(change: Partial<FormState>): void
}

/** Settings that every backend has: prices, and replica endpoints. */
function CommonFields({ form, isServer, onChange }: CommonFieldsProps) {
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

interface ServerFieldsProps {
  form: FormState
  kinds: readonly BackendKindInfo[]
  kind: BackendKindInfo | undefined
  found: DetectionInfo | null
  /** Models that an earlier probe listed. */
  knownModels: readonly string[]
  isKindFixed: boolean
  onChange(change: Partial<FormState>): void
}

// A list of hundreds is searched, not scrolled.
const SHOWN_MODELS = 200

/** Kind, model, label, and the settings that the kind's schema describes. */
export function ServerFields(props: ServerFieldsProps) {
  const { form, kinds, kind, found, knownModels, isKindFixed, onChange } = props
  const has = (name: string) => kind?.params.some((param) => param.name === name) ?? false
  const models = [...new Set([...(found?.models.map(({ id }) => id) ?? []), ...knownModels])]
  const params = kind?.params.filter(({ name }) => !OWN_FIELDS.has(name)) ?? []
  const more = `More settings: prices${kind?.isServer ? ', replica endpoints' : ''}${params.length > 0 ? `, ${params.length} of this kind` : ''}`
  const pickModel = (model: string) => {
    const offered = found?.models.find(({ id }) => id === model)
    onChange({
      model,
      // A label that only repeats the model follows it.
      ...(form.label === form.model ? { label: model } : {}),
      ...(offered?.contextLength
        ? { config: { ...form.config, contextLength: offered.contextLength } }
        : {}),
    })
  }
  return (
    <>
      <Select
        label="Kind"
        description={kind?.description}
        disabled={isKindFixed}
        data={kinds
          .filter((one) => one.params.length > 0)
          .map((one) => ({ value: one.id, label: one.label }))}
        value={form.kindId}
        onChange={(value) => onChange({ kindId: value ?? '' })}
      />
      {has('model') ? (
        <Autocomplete
          label="Model"
          description={
            models.length > 0
              ? 'Models listed by the server; another name can be typed.'
              : 'Model name as the server expects it.'
          }
          required
          data={models}
          limit={SHOWN_MODELS}
          value={form.model}
          onChange={pickModel}
        />
      ) : null}
      <TextInput
        label="Label"
        description="Name shown in runs and figures."
        required
        value={form.label}
        maxLength={80}
        onChange={(event) => onChange({ label: event.currentTarget.value })}
      />
      <Disclosure show={more} hide={more}>
        <Stack gap="sm" mt="xs">
          <CommonFields form={form} isServer={kind?.isServer ?? false} onChange={onChange} />
          <ParamFields
            params={params}
            values={form.config}
            onChange={(config) => onChange({ config })}
          />
        </Stack>
      </Disclosure>
    </>
  )
}
