'use client'

import { Input, PasswordInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { Notice } from '@/components/ui/states'
import type { FormState, KeyMode } from './form-state'

interface KeyFieldProps {
  form: FormState
  /** Whether the server keeps a key for this backend. */
  isStored: boolean
  storageProblem: string | null
  onChange(change: Partial<FormState>): void
}

/** Where the key comes from. A typed one leaves this form once, to be sealed; it never comes back. */
export function KeyField({ form, isStored, storageProblem, onChange }: KeyFieldProps) {
  const modes: { value: KeyMode; label: string }[] = [
    { value: 'none', label: isStored ? 'Delete the key' : 'No key' },
    { value: 'env', label: 'Environment variable' },
    ...(isStored ? [{ value: 'stored' as const, label: 'Stored key' }] : []),
    { value: 'typed', label: isStored ? 'Replace it' : 'Type it in' },
  ]
  return (
    <Input.Wrapper label="Key" labelElement="div">
      <Stack gap={6} mt={2}>
        <SegmentedControl
          aria-label="Where the key comes from"
          data={modes}
          value={form.keyMode}
          onChange={(value) => onChange({ keyMode: value as KeyMode, key: '', keyDraft: null })}
        />
        {form.keyMode === 'env' ? (
          <TextInput
            aria-label="Name of the environment variable"
            description="Name of a variable in the terminal that starts Evolens; its value is read when a request is made."
            placeholder="VLLM_KEY"
            value={form.keyEnv}
            onChange={(event) => onChange({ keyEnv: event.currentTarget.value })}
          />
        ) : null}
        {form.keyMode === 'stored' ? (
          <Text size="xs" c="dimmed">
            Stored encrypted and never shown. Changing the address deletes it.
          </Text>
        ) : null}
        {form.keyMode === 'typed' && storageProblem ? <Notice>{storageProblem}</Notice> : null}
        {form.keyMode === 'typed' && !storageProblem ? (
          <PasswordInput
            aria-label="Key"
            autoComplete="new-password"
            spellCheck={false}
            description="Encrypted with EVOLENS_MASTER_KEY before it is stored, sent to this address only, never shown again."
            placeholder={form.keyDraft ? 'received; type to replace it' : ''}
            value={form.key}
            onChange={(event) => onChange({ key: event.currentTarget.value, keyDraft: null })}
          />
        ) : null}
      </Stack>
    </Input.Wrapper>
  )
}
