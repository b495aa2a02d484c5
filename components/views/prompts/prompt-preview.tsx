'use client'

import { Button, Group, NumberInput, Select } from '@mantine/core'
import { IconPlayerPlay, IconRefresh } from '@tabler/icons-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useState } from 'react'
import { backendOptions } from '@/components/fields/backend-options'
import { useBackends } from '@/components/hooks/use-backends'
import { isActive } from '@/components/hooks/use-jobs'
import { usePromptRows, useTrialReplies, useTryPrompt } from '@/components/hooks/use-prompts'
import { useStudies } from '@/components/hooks/use-studies'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { Section } from '@/components/ui/page'
import { EmptyState, ErrorState, Notice, QueryState } from '@/components/ui/states'
import { promptTrialSchema, type PromptRow, type TrialReply } from '@/lib/contracts/prompts'
import { statusSentence } from '@/lib/contracts/status'
import { canonicalText } from '@/lib/prompts/render'
import type { Draft } from './draft'
import classes from './prompts.module.css'
import { segments } from './segments'

interface PromptPreviewProps {
  draft: Pick<Draft, 'promptId' | 'name' | 'template' | 'scale'>
  allowed: readonly string[]
  /** Why the text cannot be tried; null = it can. */
  problem: string | null
}

/** Value of {top} in the preview: the end of a scale of digits. */
const TOP = '5'

function valuesOf(row: PromptRow): Record<string, string> {
  const { instruction, input, response, parent } = row
  return {
    instruction,
    input: input ?? '',
    response: response ?? '',
    parent: parent ?? '',
    top: TOP,
  }
}

function Reply({ reply }: { reply: TrialReply }) {
  return (
    <>
      <p className={classes.place}>
        {reply.value === null ? (
          <span className={reply.status === 'ok' ? undefined : classes.warn}>
            {reply.status === 'ok' ? 'Reply' : statusSentence(reply.status)}
          </span>
        ) : (
          <>
            Read as <span className={classes.value}>{reply.value}</span>
          </>
        )}
        {reply.note ? ` · ${reply.note}` : ''}
      </p>
      <ScrollRegion label="Reply" className={classes.rendered}>
        <div dir="auto">{reply.reply ?? <span className="ev-dim">no reply</span>}</div>
      </ScrollRegion>
    </>
  )
}

function RowPreview(props: {
  row: PromptRow
  template: string
  allowed: readonly string[]
  reply: TrialReply | null
  isTried: boolean
}) {
  const { row, template, allowed, reply, isTried } = props
  return (
    <div className={classes.preview} data-tried={isTried || undefined}>
      <div className={classes.side}>
        <p className={classes.place} dir="auto">
          {row.place}
        </p>
        <ScrollRegion label={`${row.place}: text as it is sent`} className={classes.rendered}>
          <div dir="auto">
            {segments(template, valuesOf(row), allowed).map((part, index) =>
              part.isFilled ? (
                <span key={index} className={classes.filled}>
                  {part.text}
                </span>
              ) : (
                <span key={index}>{part.text}</span>
              ),
            )}
          </div>
        </ScrollRegion>
      </div>
      {isTried ? (
        <div className={classes.side}>
          {reply ? <Reply reply={reply} /> : <p className={classes.place}>Waiting for the reply</p>}
        </div>
      ) : null}
    </div>
  )
}

/** The prompt filled in for five rows of a study, and the replies of a backend. */
export function PromptPreview({ draft, allowed, problem }: PromptPreviewProps) {
  const studies = useStudies()
  const backends = useBackends()
  const [chosen, setStudyId] = useQueryState('study', parseAsString)
  const [seed, setSeed] = useState(1)
  const [backendId, setBackendId] = useState<string | null>(null)
  const [maxTokens, setMaxTokens] = useState(256)
  const [jobId, setJobId] = useState<string | null>(null)
  const [triedText, setTriedText] = useState('')
  const trial = useTryPrompt()
  const { job, replies } = useTrialReplies(jobId)

  const filled = (studies.data ?? []).filter((study) => study.rowCount > 0)
  const studyId = filled.find((study) => study.id === chosen)?.id ?? filled[0]?.id ?? null
  const rows = usePromptRows(studyId, seed)
  const template = canonicalText(draft.template)
  const chats = backendOptions(backends.data, ['chat'])
  const text = JSON.stringify([template, draft.scale])
  const isStale = replies.length > 0 && text !== triedText
  const isWaiting = trial.isPending || (job !== null && isActive(job))
  const ask = () => {
    const request = promptTrialSchema.safeParse({
      ...draft,
      studyId,
      backendId,
      maxTokens,
      rows: (rows.data ?? []).map(({ cellId, idx }) => ({ cellId, idx })),
    })
    if (request.success)
      trial.mutate(request.data, {
        onSuccess: ({ job: made }) => {
          setJobId(made.id)
          setTriedText(text)
        },
      })
  }

  return (
    <Section
      title="Preview on five rows"
      note="the prompt as it is sent, with the text of the row marked; nothing is stored"
    >
      <Group gap="xs" align="flex-end">
        <Select
          label="Study"
          w={190}
          data={filled.map((study) => ({ value: study.id, label: study.name }))}
          value={studyId}
          placeholder="none with rows"
          onChange={(id) => {
            setJobId(null)
            void setStudyId(id)
          }}
        />
        <Button
          variant="default"
          leftSection={<IconRefresh size={14} />}
          disabled={studyId === null}
          onClick={() => {
            setJobId(null)
            setSeed(seed + 1)
          }}
        >
          Other rows
        </Button>
        <Select
          label="Backend"
          w={180}
          data={chats}
          value={backendId}
          placeholder="choose one to try"
          onChange={setBackendId}
        />
        <NumberInput
          label="Max output tokens"
          w={140}
          min={4}
          max={2048}
          step={64}
          value={maxTokens}
          onChange={(value) => setMaxTokens(Number(value))}
        />
        <Button
          leftSection={<IconPlayerPlay size={14} />}
          variant="default"
          disabled={backendId === null || problem !== null || !rows.data?.length}
          title={problem ?? undefined}
          loading={isWaiting}
          onClick={ask}
        >
          Try on the backend
        </Button>
      </Group>
      {trial.error ? <ErrorState error={trial.error} what="The prompt was not tried" /> : null}
      {job?.state === 'failed' ? (
        <ErrorState error={new Error(job.error ?? '')} what="The trial failed" onRetry={ask} />
      ) : null}
      {isStale ? (
        <Notice tone="info">
          These replies belong to an earlier version of the text. Try again to see replies to the
          current one.
        </Notice>
      ) : null}
      {studyId === null && studies.data ? (
        <EmptyState title="No rows to preview">
          Import files into a study, or open the sample study, to see the prompt with its rows.
        </EmptyState>
      ) : (
        <QueryState query={rows} what="The rows could not be read" lines={5} height={96}>
          {(found) => (
            <div className="ev-panel">
              {found.map((row) => (
                <RowPreview
                  key={`${row.cellId}/${row.idx}`}
                  row={row}
                  template={template}
                  allowed={allowed}
                  isTried={isWaiting || replies.length > 0}
                  reply={
                    replies.find((one) => one.cellId === row.cellId && one.idx === row.idx) ?? null
                  }
                />
              ))}
            </div>
          )}
        </QueryState>
      )}
    </Section>
  )
}
