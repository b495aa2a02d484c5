import type { BackendInfo } from '@/lib/contracts/backends'

/** Returns the backends for a select; those that are known to lack something needed cannot be chosen. */
export function backendOptions(
  backends: readonly BackendInfo[] | undefined,
  needs: readonly string[],
): { value: string; label: string; disabled: boolean }[] {
  return (backends ?? []).map((backend) => {
    const missing = needs.filter((need) => backend.probe?.capabilities[need]?.state === 'no')
    return {
      value: backend.id,
      label: missing.length > 0 ? `${backend.label} (no ${missing.join(', ')})` : backend.label,
      disabled: missing.length > 0,
    }
  })
}
