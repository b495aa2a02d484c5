'use client'

import { NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core'
import type { ChangeEvent } from 'react'
import type { ParamInfo } from '@/lib/contracts/compute'
import { PromptField } from './prompt-field'

interface ParamFieldProps {
  param: ParamInfo
  value: unknown
  onChange(value: unknown): void
}

/** `maxTokens` reads as "Max tokens". */
export function paramLabel(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** One form control, drawn from the description of a parameter. */
function ParamField({ param, value, onChange }: ParamFieldProps) {
  const label = paramLabel(param.name)
  const common = { label, description: param.description }
  switch (param.type) {
    case 'boolean':
      return (
        <Switch
          {...common}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'number':
      return (
        <NumberInput
          {...common}
          value={typeof value === 'number' ? value : ''}
          placeholder={value === null ? 'none' : ''}
          onChange={(next) => onChange(typeof next === 'number' ? next : null)}
        />
      )
    case 'enum':
      return (
        <Select
          {...common}
          data={param.options ?? []}
          value={typeof value === 'string' ? value : null}
          onChange={(next) => onChange(next)}
        />
      )
    case 'text':
    case 'string': {
      const text = {
        ...common,
        value: typeof value === 'string' ? value : '',
        onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
          onChange(event.currentTarget.value),
      }
      return param.type === 'text' ? (
        <Textarea {...text} autosize minRows={2} maxRows={8} />
      ) : (
        <TextInput {...text} />
      )
    }
  }
}

interface ParamFieldsProps {
  params: readonly ParamInfo[]
  values: Record<string, unknown>
  onChange(values: Record<string, unknown>): void
}

/** A form of parameters; values that equal the default are left out of `values`. */
export function ParamFields({ params, values, onChange }: ParamFieldsProps) {
  return params.map((param) => {
    const value = param.name in values ? values[param.name] : param.default
    const setOwn = (next: unknown) => {
      const { [param.name]: _before, ...others } = values
      onChange(next === param.default ? others : { ...others, [param.name]: next })
    }
    return param.prompt === undefined ? (
      <ParamField key={param.name} param={param} value={value} onChange={setOwn} />
    ) : (
      <PromptField
        key={param.name}
        param={param}
        promptId={param.prompt}
        values={values}
        onText={setOwn}
        onVersion={(chosen) => onChange({ ...values, ...chosen })}
      />
    )
  })
}
