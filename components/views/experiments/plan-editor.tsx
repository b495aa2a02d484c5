'use client'

import { Button, FileButton, Textarea } from '@mantine/core'
import { IconFlask, IconUpload } from '@tabler/icons-react'
import { useState } from 'react'
import { useBackends } from '@/components/hooks/use-backends'
import { usePlanTrial, useTryPlan } from '@/components/hooks/use-experiments'
import { isActive } from '@/components/hooks/use-jobs'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { notifyError } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { Notice } from '@/components/ui/states'
import { JobLine } from '@/components/views/jobs/job-line'
import { planSchema, type Plan } from '@/lib/contracts/experiment'
import { plural } from '@/lib/contracts/format'
import type { StudyDetail } from '@/lib/contracts/study'
import { draftText, problemsOf, readText, type Draft, type Problems } from './plan-draft'
import { PlanFields } from './plan-fields'
import { TrialTable } from './trial-table'
import classes from './experiments.module.css'

interface PlanEditorProps {
  study: StudyDetail
  first: Draft
  /** Keys of evolvers that have rows; none in a new plan. */
  made?: readonly string[]
  doneLabel: string
  error: unknown
  isPending: boolean
  onClose(): void
  onDone(plan: Plan): void
}

function ProblemList({ problems }: { problems: Problems }) {
  return (
    <ul className={classes.problems}>
      {[...problems].map(([field, what]) => (
        <li key={field}>
          {field === '' ? null : <code>{field}</code>} {what}
        </li>
      ))}
    </ul>
  )
}

function Trial({ studyId, plan }: { studyId: string; plan: Plan | null }) {
  const [jobId, setJobId] = useState<string | null>(null)
  const start = useTryPlan(studyId)
  const { job, trial } = usePlanTrial(jobId)
  const onTry = () => {
    if (!plan) return
    start.mutate(
      { plan, seeds: 3 },
      {
        onSuccess: ({ job: started }) => setJobId(started.id),
        onError: (error) => notifyError('The plan was not tried', error),
      },
    )
  }
  return (
    <Section
      title="Dry run"
      note="three seeds through every stage; nothing is stored in the study"
      actions={
        <Button
          variant="default"
          leftSection={<IconFlask size={14} />}
          loading={start.isPending}
          onClick={onTry}
          disabled={plan === null || (job !== null && isActive(job))}
        >
          Try on 3 seeds
        </Button>
      }
    >
      {job && job.state !== 'succeeded' ? (
        <div className="ev-panel">
          <JobLine job={job} />
        </div>
      ) : null}
      {trial ? <TrialTable trial={trial} /> : null}
    </Section>
  )
}

/** A plan as a form and as the text of its file, side by side: both change the same plan. */
export function PlanEditor(props: PlanEditorProps) {
  const { study, first, made = [], doneLabel, error, isPending, onClose, onDone } = props
  const backends = useBackends().data ?? []
  const [draft, setDraft] = useState<Draft>(first)
  // The text while it is typed; null = what the form says.
  const [typed, setTyped] = useState<string | null>(null)
  const [isTried, setIsTried] = useState(false)
  const read = typed === null ? null : readText(typed, backends)
  const textProblems = read && 'problems' in read ? read.problems : null
  // A text that names backends may be read before they are known here; it counts once they are.
  const shown = read && 'plan' in read ? read.plan : draft
  const problems = problemsOf(shown)
  const plan = textProblems ? null : (planSchema.safeParse(shown).data ?? null)

  const onType = (text: string) => {
    setTyped(text)
    const next = readText(text, backends)
    if ('plan' in next) setDraft(next.plan)
  }
  const change = (patch: Partial<Draft>) => {
    setTyped(null)
    setDraft({ ...shown, ...patch })
  }
  const onFile = (file: File | null) => {
    if (file) file.text().then(onType, (why: unknown) => notifyError('The file was not read', why))
  }
  const done = () => {
    setIsTried(true)
    if (plan) onDone(plan)
  }
  return (
    <>
      <div className={classes.layout}>
        <PlanFields
          study={study}
          made={made}
          draft={shown}
          problems={isTried ? problems : new Map()}
          onChange={change}
        />
        <aside className={classes.aside} aria-label="Plan as text">
          <Section
            title="Plan file"
            actions={
              <FileButton accept=".yaml,.yml" onChange={onFile}>
                {(button) => (
                  <Button {...button} variant="default" leftSection={<IconUpload size={14} />}>
                    Read a file
                  </Button>
                )}
              </FileButton>
            }
          >
            <Textarea
              aria-label="Plan as YAML"
              autosize
              minRows={12}
              maxRows={32}
              spellCheck={false}
              classNames={{ input: classes.yaml }}
              value={typed ?? draftText(draft, backends)}
              onChange={(event) => onType(event.currentTarget.value)}
              onBlur={() => {
                if (textProblems) return
                setDraft(shown)
                setTyped(null)
              }}
            />
            {textProblems ? (
              <Notice
                tone="error"
                action={
                  <Button variant="default" onClick={() => setTyped(null)}>
                    Undo
                  </Button>
                }
              >
                The text is not a plan yet; the form shows the last one that was.
                <ProblemList problems={textProblems} />
              </Notice>
            ) : null}
          </Section>
        </aside>
      </div>
      <Trial studyId={study.study.id} plan={plan} />
      {isTried && problems.size > 0 ? (
        <Notice tone="error">
          {plural(problems.size, 'field')} to fill before it can start.
          <ProblemList problems={problems} />
        </Notice>
      ) : null}
      <DialogFoot error={error} what="The plan was not accepted" onClose={onClose}>
        <Button onClick={done} loading={isPending} disabled={textProblems !== null}>
          {doneLabel}
        </Button>
      </DialogFoot>
    </>
  )
}
