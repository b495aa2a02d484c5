'use client'

import { Switch } from '@mantine/core'
import { useSandbox, useSetSandbox } from '@/components/hooks/use-system'
import { Section } from '@/components/ui/page'
import { QueryState } from '@/components/ui/states'
import { SANDBOX_MEANS } from '@/lib/contracts/sandbox'
import classes from './backends.module.css'

/** Turns the running of checking functions on or off, and says what that means. */
export function SandboxSection() {
  const query = useSandbox()
  const change = useSetSandbox()
  return (
    <Section title="Checking functions">
      <QueryState query={query} what="The setting could not be read" lines={2}>
        {({ isOn }) => (
          <div className={`ev-panel ${classes.facts}`}>
            <Switch
              label="Run checking functions on this machine"
              description={SANDBOX_MEANS}
              checked={change.isPending ? change.variables.isOn : isOn}
              disabled={change.isPending}
              error={change.error?.message}
              onChange={({ currentTarget }) => change.mutate({ isOn: currentTarget.checked })}
            />
          </div>
        )}
      </QueryState>
    </Section>
  )
}
