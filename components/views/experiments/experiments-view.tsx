'use client'

import { Anchor, Button, Group } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import {
  planFileUrl,
  useDeleteExperiment,
  useExperiments,
  useRestoreExperiment,
  useStartExperiment,
} from '@/components/hooks/use-experiments'
import { StudyPage } from '@/components/shell/study-page'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import { LinkButton } from '@/components/ui/link-button'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import { EmptyState, QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import { SCENARIO_LABEL, type ExperimentSummary } from '@/lib/contracts/experiment'
import { formatDateTime, shortHash } from '@/lib/contracts/format'
import type { StudyDetail } from '@/lib/contracts/study'
import { newDraft } from './plan-draft'
import { PlanEditor } from './plan-editor'

const DESCRIPTION =
  'Evolve the seeds by a plan: evolvers side by side, responses and measures, every row with its prompt, raw reply and reason.'

const EMPTY = {
  title: 'No seeds to evolve',
  text: 'An experiment begins with seed instructions. Import a seed file first (evolver "Seeds", round 0).',
  when: ({ cells }: StudyDetail) => cells.every(({ armKey }) => armKey !== null),
}

function List({
  studyId,
  experiments,
}: {
  studyId: string
  experiments: readonly ExperimentSummary[]
}) {
  const remove = useDeleteExperiment(studyId)
  const restore = useRestoreExperiment(studyId)
  const onRemove = ({ id, name }: ExperimentSummary) =>
    remove.mutate(id, {
      onSuccess: () =>
        notifyUndo(
          `The experiment ${name} was deleted; its files stay. It can be restored for 7 days.`,
          () =>
            restore.mutate(id, {
              onError: (error) => notifyError('The experiment was not restored', error),
            }),
        ),
      onError: (error) => notifyError('The experiment was not deleted', error),
    })
  const columns: Column<ExperimentSummary>[] = [
    {
      name: 'Name',
      kind: 'name',
      cell: ({ id, name }) => (
        <Anchor component={Link} href={`/studies/${studyId}/experiments/${id}`}>
          {name}
        </Anchor>
      ),
    },
    {
      name: 'Scenario',
      kind: 'line',
      cell: ({ scenario }) => SCENARIO_LABEL[scenario as keyof typeof SCENARIO_LABEL] ?? scenario,
    },
    { name: 'Evolvers', cell: ({ arms }) => arms.map(({ label }) => label).join(', ') },
    {
      name: 'Stages done',
      kind: 'number',
      cell: ({ stages, stagesDone }) => `${stagesDone} of ${stages}`,
    },
    { name: 'Started', kind: 'line', cell: ({ createdAt }) => formatDateTime(createdAt) },
    {
      name: 'Plan',
      kind: 'code',
      hint: ({ planHash }) => planHash,
      cell: ({ planHash }) => shortHash(planHash),
    },
    {
      name: 'Actions',
      kind: 'line',
      cell: (experiment) => (
        <Group gap="sm" wrap="nowrap">
          <Anchor size="sm" href={planFileUrl(studyId, experiment.id)} download>
            Plan file
          </Anchor>
          <LinkButton
            aria-label={`Delete the experiment ${experiment.name}`}
            onClick={() => onRemove(experiment)}
          >
            Delete
          </LinkButton>
        </Group>
      ),
    },
  ]
  return (
    <Table
      label="Experiments"
      columns={columns}
      rows={experiments}
      keyOf="id"
      className="ev-panel"
    />
  )
}

function NewPlan({ study, onClose }: { study: StudyDetail; onClose(): void }) {
  const studyId = study.study.id
  const start = useStartExperiment(studyId)
  const router = useRouter()
  return (
    <PlanEditor
      study={study}
      first={newDraft()}
      doneLabel="Start"
      error={start.error}
      isPending={start.isPending}
      onClose={onClose}
      onDone={(plan) =>
        start.mutate(plan, {
          onSuccess: ({ id }) => router.push(`/studies/${studyId}/experiments/${id}`),
        })
      }
    />
  )
}

/** The experiments of a study, and the form of a new one. */
export function ExperimentsView({ studyId }: { studyId: string }) {
  const query = useExperiments(studyId)
  const [dialog, setDialog] = useDialogParam(['new'])
  const newButton = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setDialog('new')}>
      New experiment
    </Button>
  )
  return (
    <StudyPage
      studyId={studyId}
      title={dialog === 'new' ? 'New experiment' : 'Experiments'}
      description={DESCRIPTION}
      actions={dialog === 'new' ? null : newButton}
      empty={EMPTY}
    >
      {(study) =>
        dialog === 'new' ? (
          <NewPlan study={study} onClose={() => setDialog(null)} />
        ) : (
          <QueryState query={query} what="The experiments could not be read" lines={3} height={40}>
            {(experiments) =>
              experiments.length === 0 ? (
                <EmptyState title="No experiments yet" action={newButton}>
                  Connect two models on the Backends page, then write a plan: its stages run as jobs
                  and can be paused, resumed and retried.
                </EmptyState>
              ) : (
                <List studyId={studyId} experiments={experiments} />
              )
            }
          </QueryState>
        )
      }
    </StudyPage>
  )
}
