'use client'

import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useBackendKinds, useProbeBackend, useSaveBackend } from '@/components/hooks/use-backends'
import { ParamFields } from '@/components/ui/param-fields'
import { ErrorState, LoadingLines, Notice } from '@/components/ui/states'
import type { BackendInfo, BackendKindInfo } from '@/lib/contracts/compute'
import type { CurlParts } from './curl-command'
import { parseCurl } from './curl-command'

interface BackendDialogProps {
  /** null = a new one. */
  backend: BackendInfo | null
  onClose(): void
  onSaved(): void
}

/** Parameter names that a pasted command can fill, whatever a kind calls them. */
const FILLS: Record<keyof Omit<CurlParts, 'hadKey'>, readonly string[]> = {
  baseUrl: ['baseUrl', 'url'],
  model: ['model', 'chatModel'],
  keyEnv: ['keyEnv', 'apiKeyEnv', 'keyVariable'],
}

function fillFromCurl(kind: BackendKindInfo, parts: CurlParts): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [part, names] of Object.entries(FILLS)) {
    const value = parts[part as keyof typeof FILLS]
    const param = kind.params.find((one) => names.includes(one.name))
    if (param && value !== null) values[param.name] = value
  }
  return values
}

function BackendForm({
  backend,
  kinds,
  onClose,
  onSaved,
}: BackendDialogProps & { kinds: BackendKindInfo[] }) {
  const addable = kinds.filter((kind) => kind.params.length > 0)
  const first = addable.find((kind) => kind.params.some((param) => param.name.includes('rl')))
  const [kindId, setKindId] = useState(backend?.kind ?? (first ?? addable[0])?.id ?? '')
  const [label, setLabel] = useState(backend?.label ?? '')
  const [config, setConfig] = useState<Record<string, unknown>>(backend?.config ?? {})
  const [pasted, setPasted] = useState('')
  const [curl, setCurl] = useState<CurlParts | null>(null)
  const save = useSaveBackend()
  const probe = useProbeBackend()
  const kind = kinds.find((one) => one.id === kindId)

  const paste = (text: string) => {
    const parts = parseCurl(text)
    setCurl(parts)
    // What was pasted may hold a key, so the text itself is dropped as soon as it was understood.
    setPasted(parts ? '' : text)
    if (!parts || !kind) return
    setConfig((before) => ({ ...before, ...fillFromCurl(kind, parts) }))
    if (label === '' && parts.baseUrl) setLabel(parts.model ?? new URL(parts.baseUrl).host)
  }
  const submit = () =>
    save.mutate(
      { id: backend?.id ?? null, kind: kindId, label: label.trim(), config },
      {
        onSuccess: (saved) => {
          probe.mutate(saved.id)
          onSaved()
          onClose()
        },
      },
    )

  return (
    <Stack gap="sm">
      <Select
        label="Kind"
        description={kind?.description}
        disabled={backend !== null}
        data={addable.map((one) => ({ value: one.id, label: one.label }))}
        value={kindId}
        onChange={(value) => setKindId(value ?? '')}
      />
      {backend === null ? (
        <Textarea
          label="Paste a curl command"
          description="Optional: fills address, model and key variable. A key in it is dropped at once, never sent and never stored."
          autosize
          minRows={2}
          maxRows={5}
          value={pasted}
          error={pasted !== '' && curl === null ? 'This is not a curl command.' : null}
          onChange={(event) => paste(event.currentTarget.value)}
        />
      ) : null}
      {curl?.hadKey ? (
        <Notice>
          The command held a key; it was dropped. Put the key into an environment variable of the
          terminal that starts Evolens, and write the name of that variable below.
        </Notice>
      ) : null}
      <TextInput
        label="Label"
        required
        value={label}
        maxLength={120}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      {kind ? <ParamFields params={kind.params} values={config} onChange={setConfig} /> : null}
      {save.error ? <ErrorState error={save.error} what="The backend was not saved" /> : null}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button onClick={submit} loading={save.isPending} disabled={label.trim() === '' || !kind}>
          Save and probe
        </Button>
      </Group>
    </Stack>
  )
}

export function BackendDialog(props: BackendDialogProps) {
  const kinds = useBackendKinds()
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.backend ? 'Edit the backend' : 'Add a backend'}
      size="lg"
    >
      {kinds.data ? <BackendForm {...props} kinds={kinds.data} /> : null}
      {kinds.error ? <ErrorState error={kinds.error} what="The kinds could not be read" /> : null}
      {kinds.isPending ? <LoadingLines lines={5} height={48} /> : null}
    </Modal>
  )
}
