'use client'

import { Anchor } from '@mantine/core'
import Link from 'next/link'
import { filterQuery } from '@/components/hooks/use-view-state'
import { DASH, formatDateTime } from '@/lib/contracts/format'
import { Section } from '@/components/ui/page'
import { Table, type Column } from '@/components/ui/table'
import { filterOf } from '@/components/views/figures/selection'
import { emptyFilter } from '@/lib/contracts/filter'
import type { PromptUse, PromptVersion } from '@/lib/contracts/prompts'
import { samplingText } from '@/lib/contracts/prompt-text'

const MADE: Record<PromptUse['kind'], string> = {
  run: 'Run',
  rows: 'Rows',
  responses: 'Responses',
}

function rowsHref({ studyId, rows }: PromptUse): string {
  const filter = filterOf({ ...rows, min: null, max: null }, emptyFilter())
  return `/studies/${studyId}/rows${filterQuery(filter)}`
}

const COLUMNS: Column<PromptUse>[] = [
  { name: 'Made', kind: 'line', cell: ({ kind }) => MADE[kind] },
  {
    name: 'What',
    cell: ({ label, studyId, runId }) =>
      runId === null ? (
        label
      ) : (
        <Anchor component={Link} href={`/studies/${studyId}?run=${runId}`} size="sm">
          {label}
        </Anchor>
      ),
  },
  { name: 'Study', cell: ({ study }) => study },
  { name: 'Model', cell: ({ model }) => model ?? DASH },
  { name: 'Sampling', cell: (use) => samplingText(use) || DASH },
  { name: 'When', kind: 'line', cell: ({ createdAt }) => formatDateTime(createdAt) },
  {
    name: 'Rows',
    kind: 'line',
    cell: (use) => (
      <Anchor component={Link} href={rowsHref(use)} size="sm">
        Rows made with it
      </Anchor>
    ),
  },
]

/** What a version of a prompt was used for: runs and rows, with model, sampling and links to both. */
export function PromptUses({ version }: { version: PromptVersion }) {
  return (
    <Section
      title={`What version ${version.version} was used for`}
      note={version.uses.length === 0 ? 'No run and no rows name this version yet.' : ''}
    >
      {version.uses.length === 0 ? null : (
        <Table
          label="Uses of this version"
          columns={COLUMNS}
          rows={version.uses}
          keyOf={({ kind, studyId, runId, label }) => `${kind}/${studyId}/${runId ?? label}`}
        />
      )}
    </Section>
  )
}
