'use client'

import { Button, MultiSelect, Select } from '@mantine/core'
import { IconRepeat } from '@tabler/icons-react'
import { parseAsArrayOf, parseAsString, useQueryState } from 'nuqs'
import { useAgreement } from '@/components/hooks/use-agreement'
import { formatDateTime } from '@/lib/contracts/format'
import { Section } from '@/components/ui/page'
import { EmptyState, QueryState } from '@/components/ui/states'
import { StudyPage } from '@/components/shell/study-page'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import type { RatedRun } from '@/lib/contracts/agreement'
import { AgainDialog } from './again-dialog'
import classes from './agreement.module.css'
import { AgreementResult } from './report'
import { runName } from './run-name'

const DESCRIPTION =
  'How reliable the ratings are: the same rows rated by a second judge model, with another prompt, or again by the same judge model.'

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

/** Compares runs of judge models; the chosen runs are in the URL. */
export function AgreementView({ studyId }: { studyId: string }) {
  const [chosen, setChosen] = useQueryState(
    'runs',
    parseAsArrayOf(parseAsString).withDefault([]).withOptions({ history: 'push' }),
  )
  const [dialog, setDialog] = useDialogParam(['again'])
  const named = chosen.filter(Boolean)
  const query = useAgreement(studyId, named)
  const again = (isDisabled: boolean) => (
    <Button
      variant="default"
      leftSection={<IconRepeat size={14} />}
      disabled={isDisabled}
      onClick={() => setDialog('again')}
    >
      Rate a sample again
    </Button>
  )

  return (
    <StudyPage
      studyId={studyId}
      title="Agreement"
      description={DESCRIPTION}
      actions={again((query.data?.candidates.length ?? 0) === 0)}
    >
      {(detail) => (
        <QueryState query={query} what="The runs could not be compared" lines={6} height={56}>
          {({ candidates, report }) =>
            candidates.length === 0 ? (
              <EmptyState title="No ratings yet">
                Compute the difficulty level, the difficulty score or a rubric on the Overview page.
                Then have a sample rated again here, by the same judge model or a second one.
              </EmptyState>
            ) : (
              <>
                <Section title="Runs" note="both runs must use the same rating scale">
                  <RunPickers
                    candidates={candidates}
                    chosen={chosen}
                    onChange={(runs) => void setChosen(runs)}
                  />
                </Section>
                {report && named.length > 1 ? (
                  <AgreementResult report={report} />
                ) : (
                  <EmptyState
                    title={candidates.length === 1 ? 'Only one run so far' : 'Choose two runs'}
                    action={again(false)}
                  >
                    Agreement is measured on rows that two runs rated on the same scale. A random
                    sample of 200 seeds is usually enough.
                  </EmptyState>
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
      )}
    </StudyPage>
  )
}
