'use client'

import { Button, FileButton, Group } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useSaveOwnClaims } from '@/components/hooks/use-claims'
import { ErrorState, Notice } from '@/components/ui/states'
import { Section } from '@/components/ui/page'
import { OWN_CLAIMS_SIZE, type ClaimList } from '@/lib/contracts/claims'

/** Chooses, replaces and removes the study's file of own claims. */
export function OwnClaims({ studyId, list }: { studyId: string; list: ClaimList }) {
  const save = useSaveOwnClaims(studyId)
  const take = async (file: File | null) => {
    if (!file) return
    // A file that is too large is refused by the server with its own words; it is not read whole here.
    save.mutate({ text: await file.slice(0, 4 * OWN_CLAIMS_SIZE).text() })
  }
  return (
    <Section title="Own claims" note="a YAML file; README describes it">
      {list.ownError ? <Notice tone="error">{list.ownError}</Notice> : null}
      {save.error ? <ErrorState error={save.error} what="The file was not kept" /> : null}
      <Group gap="xs">
        <FileButton accept=".yaml,.yml" onChange={(file) => void take(file)}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              leftSection={<IconUpload size={14} />}
              loading={save.isPending}
            >
              {list.own === null ? 'Choose a file' : 'Replace the file'}
            </Button>
          )}
        </FileButton>
        {list.own === null ? null : (
          <Button variant="default" onClick={() => save.mutate({ text: '' })}>
            Remove own claims
          </Button>
        )}
      </Group>
    </Section>
  )
}
