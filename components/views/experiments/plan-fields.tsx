'use client'

import { Button, Checkbox, Group, MultiSelect, NumberInput, Select, TextInput } from '@mantine/core'
import { IconFilter, IconPlus } from '@tabler/icons-react'
import { backendOptions } from '@/components/fields/backend-options'
import { RandomSeed } from '@/components/fields/sample-fields'
import { useBackends } from '@/components/hooks/use-backends'
import { useMetrics } from '@/components/hooks/use-compute'
import { compactFilter, isFiltered, useViewState } from '@/components/hooks/use-view-state'
import { filterChips } from '@/components/shell/filter-chips'
import { LinkButton } from '@/components/ui/link-button'
import { Section } from '@/components/ui/page'
import { BudgetFields, budgetOrNull, currencyOf } from '@/components/views/jobs/budget-fields'
import { WriterFields } from '@/components/views/responses/writer-fields'
import { MOST_ARMS } from '@/lib/contracts/experiment'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { budgetSchema } from '@/lib/contracts/meter'
import type { StudyDetail } from '@/lib/contracts/study'
import { ArmFields } from './arm-fields'
import { newArm, type Draft, type Problems } from './plan-draft'
import { ScenarioFields } from './scenario-fields'
import classes from './experiments.module.css'

interface PlanFieldsProps {
  /** Keys of evolvers that have rows. */
  made: readonly string[]
  study: StudyDetail
  draft: Draft
  problems: Problems
  onChange(patch: Partial<Draft>): void
}

function seedSetsOf({ seedSets, cells }: StudyDetail) {
  return seedSets.filter(({ key }) =>
    cells.some(({ armKey, seedSetKey }) => armKey === null && seedSetKey === key),
  )
}

function SeedFields({ study, draft, onChange }: PlanFieldsProps) {
  const { state } = useViewState()
  const seeds = draft.seeds ?? {}
  const set = (patch: Partial<typeof seeds>) => onChange({ seeds: { ...seeds, ...patch } })
  const { filter: _filter, ...unfiltered } = seeds
  const chips = seeds.filter ? filterChips(rowFilterSchema.parse(seeds.filter), study) : []
  return (
    <Section title="Seeds">
      <div className={`ev-panel ${classes.panel}`}>
        <Checkbox.Group
          label="Seed sets"
          description="Leave all deselected to use every seed set."
          value={[...(seeds.sets ?? [])]}
          onChange={(sets) => set({ sets })}
        >
          <Group gap="md" mt={4}>
            {seedSetsOf(study).map(({ key, label }) => (
              <Checkbox key={key} value={key} label={label} />
            ))}
          </Group>
        </Checkbox.Group>
        <div className={classes.fields}>
          <NumberInput
            label="Seeds per seed set"
            description="Drawn by the random seed; empty = all."
            placeholder="all"
            min={1}
            allowDecimal={false}
            value={seeds.rows ?? ''}
            onChange={(rows) => set({ rows: Number(rows) || null })}
          />
          <RandomSeed draws="rows" value={seeds.seed ?? 1} onChange={(seed) => set({ seed })} />
        </div>
        <Group gap="md">
          <span dir="auto">
            {seeds.filter
              ? `Filter: ${chips.map(({ text }) => text).join(' · ') || 'conditions'}`
              : 'No filter: every seed of these sets.'}
          </span>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconFilter size={14} />}
            disabled={!isFiltered(state.filter)}
            onClick={() => set({ filter: compactFilter(state.filter) ?? {} })}
          >
            Use the filter of the Rows page
          </Button>
          {seeds.filter ? (
            <LinkButton onClick={() => onChange({ seeds: unfiltered })}>Clear filter</LinkButton>
          ) : null}
        </Group>
      </div>
    </Section>
  )
}

function ResponseFields({ draft, problems, onChange }: PlanFieldsProps) {
  const backends = backendOptions(useBackends().data, ['chat'])
  const { responses = null, judge = null } = draft
  const set = (patch: object) => {
    if (responses) onChange({ responses: { ...responses, ...patch } })
  }
  return (
    <Section title="Response model and judge model">
      <div className={`ev-panel ${classes.panel}`}>
        <div className={classes.fields}>
          <Select
            label="Response model"
            description="Answers the rows of all evolvers."
            data={[{ value: '', label: 'No responses' }, ...backends]}
            value={responses?.backend ?? ''}
            error={problems.get('responses.backend')}
            onChange={(backend) =>
              onChange({ responses: backend ? { ...responses, backend } : null })
            }
          />
          <Select
            label="Judge model"
            description="For stages that ask one."
            data={[{ value: '', label: 'None' }, ...backends]}
            value={judge?.backend ?? ''}
            error={problems.get('judge.backend')}
            onChange={(backend) => onChange({ judge: backend ? { ...judge, backend } : null })}
          />
        </div>
        {responses ? (
          <WriterFields
            value={responses}
            problemOf={(field) => problems.get(`responses.${field}`)}
            onChange={set}
          />
        ) : null}
      </div>
    </Section>
  )
}

function MeasureFields({ draft, onChange }: PlanFieldsProps) {
  const metrics = (useMetrics().data ?? []).filter(({ kind }) => kind === 'measured')
  const backends = useBackends().data ?? []
  const { measures = null } = draft
  const chosen = measures?.metrics.map(({ metric }) => metric) ?? []
  const choose = (ids: string[]) => {
    const kept = measures?.metrics.filter(({ metric }) => ids.includes(metric)) ?? []
    const added = ids.filter((id) => !chosen.includes(id)).map((metric) => ({ metric }))
    onChange({ measures: ids.length > 0 ? { ...measures, metrics: [...kept, ...added] } : null })
  }
  const setBackend = (metric: string, backend: string | null) => {
    if (!measures) return
    const { [metric]: _before, ...others } = measures.backends ?? {}
    onChange({
      measures: { ...measures, backends: { ...others, ...(backend && { [metric]: backend }) } },
    })
  }
  return (
    <Section title="Measures and budget">
      <div className={`ev-panel ${classes.panel}`}>
        <MultiSelect
          label="Metrics computed when all rows are there"
          placeholder={chosen.length === 0 ? 'None' : ''}
          searchable
          data={metrics.map(({ id, label }) => ({ value: id, label }))}
          value={chosen}
          onChange={choose}
        />
        <div className={classes.fields}>
          {metrics
            .filter(({ id, needs }) => chosen.includes(id) && needs.length > 0)
            .map(({ id, label, needs }) => (
              <Select
                key={id}
                label={`Backend for ${label}`}
                data={[
                  { value: '', label: 'First suitable backend' },
                  ...backendOptions(backends, needs),
                ]}
                value={measures?.backends?.[id] ?? ''}
                onChange={(backend) => setBackend(id, backend)}
              />
            ))}
        </div>
        <BudgetFields
          value={budgetSchema.parse(draft.budget ?? {})}
          currency={currencyOf(backends)}
          onChange={(budget) => onChange({ budget: budgetOrNull(budget) })}
        />
        <span className="ev-dim">
          Each stage pauses at its budget and can be resumed with more.
        </span>
      </div>
    </Section>
  )
}

/** The form of a plan: name, seeds, scenario, evolvers, response and judge model, measures, budget. */
export function PlanFields(props: PlanFieldsProps) {
  const { study, made, draft, problems, onChange } = props
  const { arms } = draft
  return (
    <div className={classes.form}>
      <TextInput
        label="Name of the experiment"
        value={draft.name}
        error={problems.get('name')}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <SeedFields {...props} />
      <ScenarioFields {...props} seedSets={seedSetsOf(study)} />
      <Section
        title="Evolvers"
        note={`${arms.length} of at most ${MOST_ARMS}`}
        actions={
          <Button
            variant="default"
            leftSection={<IconPlus size={14} />}
            disabled={arms.length >= MOST_ARMS}
            onClick={() => onChange({ arms: [...arms, newArm(`Evolver ${arms.length + 1}`)] })}
          >
            Add an evolver
          </Button>
        }
      >
        {problems.get('arms') ? <p role="alert">{problems.get('arms')}</p> : null}
        {arms.map((arm, at) => (
          <ArmFields
            key={at}
            at={at}
            arm={arm}
            problems={problems}
            mostMore={MOST_ARMS - arms.length}
            canRemove={arms.length > 1 && !made.includes(arm.key)}
            isMade={made.includes(arm.key)}
            onChange={(next) => onChange({ arms: arms.toSpliced(at, 1, ...next) })}
          />
        ))}
      </Section>
      <ResponseFields {...props} />
      <MeasureFields {...props} />
    </div>
  )
}
