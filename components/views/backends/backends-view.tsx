'use client'

import { Button, Stack } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useState } from 'react'
import { useBackends } from '@/components/hooks/use-backends'
import { isActive, useJobs } from '@/components/hooks/use-jobs'
import { Page, Section } from '@/components/ui/page'
import { EmptyState, QueryState } from '@/components/ui/states'
import { PageTitle } from '@/components/shell/page-title'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import type { BackendInfo } from '@/lib/contracts/backends'
import { BackendCard } from './backend-card'
import { BackendDialog } from './backend-dialog'
import { ModelsSection } from './models-section'
import { SandboxSection } from './sandbox-section'
import { SystemSection } from './system-section'

export function BackendsView() {
  const { data: jobs } = useJobs()
  const query = useBackends(jobs?.some((job) => isActive(job) && job.studyId === null) ?? false)
  const [dialog, setDialog] = useDialogParam(['add'])
  const [edited, setEdited] = useState<BackendInfo | null>(null)
  const [openId, setOpenId] = useQueryState('backend', parseAsString)
  const close = () => {
    setEdited(null)
    setDialog(null)
  }
  // Its probe has just begun: the table fills while it runs.
  const saved = (backend: BackendInfo) => {
    close()
    void setOpenId(backend.id)
    void query.refetch()
  }
  const add = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setDialog('add')}>
      Connect a backend
    </Button>
  )

  return (
    <Page
      title="Backends"
      description="What computes the metrics: embedded models and inference servers that you connect. A probe tests what each can do; metrics require capabilities, not particular backends."
      actions={add}
    >
      <PageTitle parts={['Backends']} />
      <Section title="Backends">
        <QueryState query={query} what="The backends could not be read" lines={3} height={72}>
          {(backends) =>
            backends.length === 0 ? (
              <EmptyState title="No backend" action={add}>
                Connect an inference server, or download the embedded models below.
              </EmptyState>
            ) : (
              <Stack gap="xs">
                {backends.map((backend) => (
                  <BackendCard
                    key={backend.id}
                    backend={backend}
                    isOpen={openId === backend.id}
                    onToggle={(isOpen) => void setOpenId(isOpen ? backend.id : null)}
                    onEdit={() => setEdited(backend)}
                  />
                ))}
              </Stack>
            )
          }
        </QueryState>
      </Section>
      <ModelsSection />
      <SandboxSection />
      <SystemSection />
      {dialog === 'add' || edited ? (
        <BackendDialog backend={edited} onClose={close} onSaved={saved} />
      ) : null}
    </Page>
  )
}
