import { Stack } from '@mantine/core'
import { formatDateTime } from '@/components/ui/format'
import { Notice } from '@/components/ui/states'
import type { BackendInfo, ModelChange } from '@/lib/contracts/backends'

function changeText({ at, model, reason }: ModelChange): string {
  return `Another model answers under the name ${model} since ${formatDateTime(at)}. ${reason} Earlier runs keep the old identity and are not extended with this one.`
}

/** What may be wrong with this backend; nothing when all is well. */
export function BackendNotices({ backend }: { backend: BackendInfo }) {
  const { keyStored, keyIsSet, probeError, modelChange, probing, config } = backend
  const notices = [
    modelChange && !probing ? changeText(modelChange) : null,
    keyIsSet === false
      ? keyStored
        ? 'Its key is stored, but EVOLENS_MASTER_KEY is not set, so it cannot be read. Start Evolens with the master key that it was stored under.'
        : `The environment variable ${String(config['keyEnv'])} is not set. Set it in the terminal that starts Evolens, then start again.`
      : null,
    probeError && !probing ? `The last probe could not be carried out. ${probeError}` : null,
  ].filter((text) => text !== null)
  if (notices.length === 0) return null
  return (
    <Stack gap={6} mt={8}>
      {notices.map((text) => (
        <Notice key={text}>{text}</Notice>
      ))}
    </Stack>
  )
}
