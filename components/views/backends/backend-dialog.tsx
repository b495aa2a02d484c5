'use client'

import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useConnectInfo } from '@/components/hooks/use-backends'
import { WorkerNotice } from '@/components/shell/worker-notice'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { ErrorState, LoadingLines, Notice } from '@/components/ui/states'
import type { BackendInfo, ConnectInfo } from '@/lib/contracts/backends'
import { DetectionResult } from './detection-result'
import { isMoved } from './form-state'
import { KeyField } from './key-field'
import { ServerFields } from './server-fields'
import { useConnectForm } from './use-connect-form'

interface BackendDialogProps {
  /** null = a new one. */
  backend: BackendInfo | null
  onClose(): void
  onSaved(saved: BackendInfo): void
}

function BackendForm({
  backend,
  info,
  onClose,
  onSaved,
}: BackendDialogProps & { info: ConnectInfo }) {
  const connect = useConnectForm({ backend, info, onSaved })
  const { form, kind, change, curl, found, isLooking } = connect
  const address = useRef<HTMLInputElement>(null)
  // The dialog looks for what to focus when it opens, which may be before the form is there.
  useEffect(() => address.current?.focus(), [])
  const isServer = kind?.isServer ?? true
  const shows = connect.isManual || found !== null
  const clears = isMoved(form, backend) && form.keyMode === 'stored'
  const canSave =
    shows &&
    !isLooking &&
    kind !== undefined &&
    form.label.trim() !== '' &&
    (!isServer || form.baseUrl.trim() !== '')
  const submit = (event: React.FormEvent) => {
    event.preventDefault()
    if (canSave) connect.submit()
    else if (!shows && !isLooking && form.baseUrl.trim() !== '') connect.look()
  }

  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack gap="sm">
        <WorkerNotice />
        {isServer ? (
          <>
            <Group gap="xs" align="flex-end" wrap="nowrap">
              <TextInput
                flex={1}
                ref={address}
                data-autofocus
                label="Address"
                description="Address of the inference server, or a complete curl command that works."
                placeholder="http://127.0.0.1:8000"
                spellCheck={false}
                required
                value={form.baseUrl}
                onChange={(event) => connect.setAddress(event.currentTarget.value)}
              />
              {/* Enter does what comes next: find the server first, save afterwards. */}
              <Button
                type={shows ? 'button' : 'submit'}
                variant={shows ? 'default' : 'filled'}
                onClick={shows ? connect.look : undefined}
                loading={isLooking}
                disabled={form.baseUrl.trim() === ''}
              >
                {found || connect.lookError ? 'Search again' : 'Find the server'}
              </Button>
            </Group>
            {curl?.hadKey ? (
              <Notice>
                {info.keyStorageProblem
                  ? `The command contained a key, which was removed. ${info.keyStorageProblem}`
                  : 'The key of the command was copied into the field below and is encrypted when you continue. You can also choose another way to provide it.'}
              </Notice>
            ) : null}
            <KeyField
              form={form}
              isStored={backend?.keyStored ?? false}
              storageProblem={info.keyStorageProblem}
              onChange={change}
            />
            {clears ? (
              <Notice>
                The address changes, so the stored key will be deleted. Enter it again.
              </Notice>
            ) : null}
            <DetectionResult
              found={found}
              error={connect.lookError}
              isLooking={isLooking}
              isWaiting={connect.isWaiting}
            />
            {connect.startError ? (
              <ErrorState error={connect.startError} what="The server was not searched for" />
            ) : null}
          </>
        ) : null}
        {shows ? (
          <ServerFields
            form={form}
            kinds={info.kinds}
            kind={kind}
            found={found}
            knownModels={backend?.probe?.models ?? []}
            isKindFixed={backend !== null}
            onChange={change}
          />
        ) : null}
        <DialogFoot
          error={connect.save.error}
          what="The backend was not saved"
          onClose={onClose}
          left={
            shows ? null : (
              <Button variant="subtle" mr="auto" onClick={() => connect.setManual(true)}>
                Choose the kind manually
              </Button>
            )
          }
        >
          <Button
            type={shows ? 'submit' : 'button'}
            loading={connect.save.isPending}
            disabled={!canSave}
          >
            Save and probe
          </Button>
        </DialogFoot>
      </Stack>
    </form>
  )
}

/** Connects a server, or changes a backend. */
export function BackendDialog(props: BackendDialogProps) {
  const info = useConnectInfo()
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.backend ? `Edit ${props.backend.label}` : 'Connect a backend'}
      size="lg"
    >
      {info.data ? <BackendForm {...props} info={info.data} /> : null}
      {info.error ? (
        <ErrorState
          error={info.error}
          what="The kinds of backends could not be read"
          onRetry={() => void info.refetch()}
        />
      ) : null}
      {info.isPending ? <LoadingLines lines={5} height={48} /> : null}
    </Modal>
  )
}
