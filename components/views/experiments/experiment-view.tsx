'use client'

import { Anchor, Button, Group } from '@mantine/core'
import { IconEdit } from '@tabler/icons-react'
import Link from 'next/link'
import { parseAsString, useQueryState } from 'nuqs'
import {
  planFileUrl,
  useChangePlan,
  useContinueExperiment,
  useExperiment,
} from '@/components/hooks/use-experiments'
import { useJobAction } from '@/components/hooks/use-jobs'
import { StudyPage } from '@/components/shell/study-page'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import { notifyDone, notifyError } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { QueryState } from '@/components/ui/states'
import { SCENARIO_LABEL, type Experiment } from '@/lib/contracts/experiment'
import { formatDateTime, plural, shortHash } from '@/lib/contracts/format'
import type { JobAction } from '@/lib/contracts/job'
import type { StudyDetail } from '@/lib/contracts/study'
import { FunnelTable, placeOf } from './funnel-table'
import { PlanEditor } from './plan-editor'
import { StagePanel } from './stage-panel'

interface ExperimentProps {
  study: StudyDetail
  experiment: Experiment
}

const WHOLE: readonly [JobAction, string, readonly string[]][] = [
  ['pause', 'Pause all', ['queued', 'running']],
  ['resume', 'Resume all', ['paused']],
  ['retry', 'Start again', ['failed', 'cancelled']],
  ['cancel', 'Cancel all', ['queued', 'running', 'paused']],
]

/** What can be done with all jobs of an experiment at once. */
function WholeActions({ stages }: Experiment) {
  const act = useJobAction()
  const jobs = stages.flatMap(({ job, state }) => (job && state !== 'done' ? [job] : []))
  return WHOLE.map(([action, label, states]) => {
    const fitting = jobs.filter((job) => states.includes(job.state) && job.request === null)
    if (fitting.length === 0) return null
    const run = () => {
      for (const { id } of fitting) {
        act.mutate(
          { jobId: id, action },
          { onError: (error) => notifyError(`${label} did not work`, error) },
        )
      }
    }
    return (
      <Button key={action} variant="default" onClick={run}>
        {label}
      </Button>
    )
  })
}

/** Begins stages that have no job, as after a backup was opened. */
function Continue({ study, experiment }: ExperimentProps) {
  const begin = useContinueExperiment(study.study.id)
  const waiting = experiment.stages.filter(({ state, job }) => state === 'ready' && job === null)
  if (waiting.length === 0) return null
  return (
    <Button
      loading={begin.isPending}
      onClick={() =>
        begin.mutate(experiment.id, {
          onError: (error) => notifyError('The experiment was not continued', error),
        })
      }
    >
      Continue: {plural(waiting.length, 'stage')} without a job
    </Button>
  )
}

/** Links that set the evolvers side by side on what is finished. */
function Links({ study, experiment }: ExperimentProps) {
  const base = `/studies/${study.study.id}`
  const keys = experiment.plan.arms.map(({ key }) => key)
  const made = study.cells.filter(({ armKey }) => armKey !== null && keys.includes(armKey))
  const last = (key: string) =>
    Math.max(0, ...made.filter(({ armKey }) => armKey === key).map(({ round }) => round))
  const [a, b] = keys.filter((key) => last(key) > 0)
  return (
    <Group gap="md">
      {a !== undefined && b !== undefined ? (
        <Anchor
          component={Link}
          size="sm"
          href={`${base}/compare?a=${a}.${last(a)}&b=${b}.${last(b)}`}
        >
          Compare the evolvers
        </Anchor>
      ) : null}
      <Anchor size="sm" href={planFileUrl(study.study.id, experiment.id)} download>
        Plan file
      </Anchor>
      <Anchor component={Link} size="sm" href={`${base}/experiments`}>
        All experiments
      </Anchor>
    </Group>
  )
}

function ChangePlan({ study, experiment, onClose }: ExperimentProps & { onClose(): void }) {
  const change = useChangePlan(study.study.id, experiment.id)
  return (
    <PlanEditor
      study={study}
      first={experiment.plan}
      made={experiment.plan.arms.map(({ key }) => key)}
      doneLabel="Change the plan"
      error={change.error}
      isPending={change.isPending}
      onClose={onClose}
      onDone={(plan) =>
        change.mutate(plan, {
          onSuccess: () => {
            notifyDone('The plan was changed. Only items that are new or changed are asked.')
            onClose()
          },
        })
      }
    />
  )
}

function Funnel({ study, experiment }: ExperimentProps) {
  const [open, setOpen] = useQueryState('stage', parseAsString.withOptions({ history: 'push' }))
  const { stages } = experiment
  const shown =
    stages.find((stage) => placeOf(stage) === open) ??
    stages.find(({ state }) => state === 'failed' || state === 'paused' || state === 'running') ??
    stages[0]
  return (
    <>
      <Section
        title="Stages"
        note="select one for its reasons and replies"
        actions={
          <>
            <Continue study={study} experiment={experiment} />
            <WholeActions {...experiment} />
          </>
        }
      >
        <FunnelTable
          experiment={experiment}
          open={shown ? placeOf(shown) : null}
          onOpen={(place) => void setOpen(place)}
        />
      </Section>
      {shown ? <StagePanel study={study} experiment={experiment} stage={shown} /> : null}
    </>
  )
}

/** One experiment: its stages, evolver beside evolver, with what went in and what came out. */
export function ExperimentView({
  studyId,
  experimentId,
}: {
  studyId: string
  experimentId: string
}) {
  const query = useExperiment(studyId, experimentId)
  const [dialog, setDialog] = useDialogParam(['change'])
  const { data } = query
  const description = data
    ? `${SCENARIO_LABEL[data.plan.scenario.kind]}, ${plural(data.plan.arms.length, 'evolver')}, started ${formatDateTime(data.createdAt)}, plan ${shortHash(data.planHash)}`
    : undefined
  return (
    <StudyPage
      studyId={studyId}
      title={data?.name ?? 'Experiment'}
      description={description}
      actions={
        data && dialog === null ? (
          <Button
            variant="default"
            leftSection={<IconEdit size={14} />}
            onClick={() => setDialog('change')}
          >
            Extend or change the plan
          </Button>
        ) : null
      }
    >
      {(study) => (
        <QueryState query={query} what="The experiment could not be read" lines={8} height={48}>
          {(experiment) =>
            dialog === 'change' ? (
              <ChangePlan study={study} experiment={experiment} onClose={() => setDialog(null)} />
            ) : (
              <>
                <Links study={study} experiment={experiment} />
                <Funnel study={study} experiment={experiment} />
              </>
            )
          }
        </QueryState>
      )}
    </StudyPage>
  )
}
