'use client'

import { NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core'
import type { ChangeEvent } from 'react'
import type { ParamInfo } from '@/lib/contracts/compute'
import { PromptField } from './prompt-field'

/** What a study has of each kind that a parameter may name. */
export type StudyNames = Record<NonNullable<ParamInfo['names']>, { value: string; label: string }[]>

interface ParamFieldProps {
  param: ParamInfo
  value: unknown
  names: StudyNames | undefined
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
function ParamField({ param, value, names, onChange }: ParamFieldProps) {
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
      const own = typeof value === 'string' ? value : ''
      const known = param.names && names?.[param.names]
      if (known) {
        // One that is not there is shown all the same: the server says what is wrong with it.
        const isUnknown = own !== '' && known.every((one) => one.value !== own)
        return (
          <Select
            {...common}
            placeholder="choose"
            clearable
            searchable
            data={isUnknown ? [...known, { value: own, label: own }] : known}
            value={own || null}
            onChange={(next) => onChange(next ?? '')}
          />
        )
      }
      const text = {
        ...common,
        value: own,
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
  /** Where a study is at hand. */
  names?: StudyNames
  onChange(values: Record<string, unknown>): void
}

/** A form of parameters; values that equal the default are left out of `values`. */
export function ParamFields({ params, values, names, onChange }: ParamFieldsProps) {
  return params.map((param) => {
    const value = param.name in values ? values[param.name] : param.default
    const setOwn = (next: unknown) => {
      const { [param.name]: _before, ...others } = values
      onChange(next === param.default ? others : { ...others, [param.name]: next })
    }
    return param.prompt === undefined ? (
      <ParamField key={param.name} {...{ param, value, names }} onChange={setOwn} />
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
