'use client'

import { Button, MultiSelect, Select } from '@mantine/core'
import { IconRepeat } from '@tabler/icons-react'
import { parseAsArrayOf, parseAsString, useQueryState } from 'nuqs'
import { useAgreement } from '@/components/hooks/use-agreement'
import { useStudy } from '@/components/hooks/use-studies'
import { formatDateTime } from '@/components/ui/format'
import { Page, Section } from '@/components/ui/page'
import { EmptyState, LoadingLines, QueryState } from '@/components/ui/states'
import { PageTitle } from '@/components/shell/page-title'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import type { RatedRun } from '@/lib/contracts/agreement'
import type { StudyDetail } from '@/lib/contracts/study'
import { AgainDialog } from './again-dialog'
import classes from './agreement.module.css'
import { AgreementResult } from './report'
import { runName } from './run-name'

const DESCRIPTION =
  'How far a judge can be trusted: the same rows rated by a second judge, another prompt, or the same judge again.'

function optionsOf(runs: readonly RatedRun[], scaleKey: string | null, taken: readonly string[]) {
  return runs.map((run) => ({
    value: run.runId,
    label: `${runName(run)} · ${formatDateTime(run.createdAt)}`,
    disabled: taken.includes(run.runId) || (scaleKey !== null && run.scaleKey !== scaleKey),
  }))
}

interface PickerProps {
  candidates: readonly RatedRun[]
  chosen: readonly string[]
  onChange(runs: string[]): void
}

function RunPickers({ candidates, chosen, onChange }: PickerProps) {
  const [first = '', second = '', ...more] = chosen
  const scaleKey = candidates.find((run) => run.runId === first)?.scaleKey ?? null
  const set = (a: string, b: string, others: readonly string[]) => onChange([a, b, ...others])
  return (
    <div className={classes.pick}>
      <Select
        label="First run"
        data={optionsOf(candidates, null, [])}
        value={first || null}
        placeholder="choose a run"
        onChange={(id) => {
          const key = candidates.find((run) => run.runId === id)?.scaleKey
          // Runs on another scale cannot stay.
          const stays = (other: string) =>
            other !== id && candidates.find((run) => run.runId === other)?.scaleKey === key
          set(id ?? '', stays(second) ? second : '', more.filter(stays))
        }}
      />
      <Select
        label="Second run"
        data={optionsOf(candidates, scaleKey, [first, ...more])}
        value={second || null}
        placeholder="choose a run"
        onChange={(id) => set(first, id ?? '', more)}
      />
      {candidates.length > 2 && first && second ? (
        <MultiSelect
          label="More runs, for consistency"
          data={optionsOf(candidates, scaleKey, [first, second])}
          value={more}
          placeholder={more.length === 0 ? 'none' : ''}
          onChange={(others) => set(first, second, others)}
        />
      ) : null}
    </div>
  )
}

function Agreement({ detail }: { detail: StudyDetail }) {
  const studyId = detail.study.id
  const [chosen, setChosen] = useQueryState(
    'runs',
    parseAsArrayOf(parseAsString).withDefault([]).withOptions({ history: 'push' }),
  )
  const [dialog, setDialog] = useDialogParam(['again'])
  const named = chosen.filter(Boolean)
  const query = useAgreement(studyId, named)

  return (
    <Page
      title="Agreement"
      description={DESCRIPTION}
      actions={
        <Button
          variant="default"
          leftSection={<IconRepeat size={14} />}
          disabled={(query.data?.candidates.length ?? 0) === 0}
          onClick={() => setDialog('again')}
        >
          Judge a sample again
        </Button>
      }
    >
      <PageTitle parts={['Agreement', detail.study.name]} />
      <QueryState
        query={query}
        what="The runs could not be compared"
        skeleton={<LoadingLines lines={6} height={56} />}
      >
        {({ candidates, report }) =>
          candidates.length === 0 ? (
            <div className="ev-panel">
              <EmptyState title="No ratings yet">
                Compute the difficulty level, the difficulty score or a rubric on the Overview page.
                Then judge a sample again here, with the same judge or a second one.
              </EmptyState>
            </div>
          ) : (
            <>
              <Section title="Runs" note="the second must rate on the same scale as the first">
                <RunPickers
                  candidates={candidates}
                  chosen={chosen}
                  onChange={(runs) => void setChosen(runs)}
                />
              </Section>
              {report && named.length > 1 ? (
                <AgreementResult report={report} />
              ) : (
                <div className="ev-panel">
                  <EmptyState
                    title={candidates.length === 1 ? 'One run to compare' : 'Choose two runs'}
                    action={
                      <Button variant="default" onClick={() => setDialog('again')}>
                        Judge a sample again
                      </Button>
                    }
                  >
                    Agreement needs two sets of ratings of the same rows on one scale. A seeded
                    sample of 200 seeds is enough to see how far a judge can be trusted.
                  </EmptyState>
                </div>
              )}
              {dialog === 'again' ? (
                <AgainDialog
                  studyId={studyId}
                  runs={detail.runs}
                  rated={candidates}
                  initialId={named[0] ?? null}
                  onClose={() => setDialog(null)}
                  onStarted={(first, second) => {
                    setDialog(null)
                    void setChosen([first, second])
                  }}
                />
              ) : null}
            </>
          )
        }
      </QueryState>
    </Page>
  )
}

/** Compares runs of judges; the chosen runs are in the URL. */
export function AgreementView({ studyId }: { studyId: string }) {
  const query = useStudy(studyId)
  return (
    <QueryState
      query={query}
      what="The study could not be read"
      skeleton={<LoadingLines lines={8} height={56} />}
      wrap={(content) => (
        <Page title="Agreement">
          <PageTitle parts={['Agreement']} />
          {content}
        </Page>
      )}
    >
      {(detail) => <Agreement detail={detail} />}
    </QueryState>
  )
}
