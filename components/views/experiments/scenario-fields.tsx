'use client'

import { Checkbox, Group, NumberInput, Select } from '@mantine/core'
import { ParamFields } from '@/components/fields/param-fields'
import { Section } from '@/components/ui/page'
import { describeParams, plainFields } from '@/lib/contracts/describe-params'
import { ELIMINATIONS, SCENARIO_LABEL, scenarioSchema } from '@/lib/contracts/experiment'
import type { Draft, Problems } from './plan-draft'
import { reasonText } from './words'
import classes from './experiments.module.css'

interface ScenarioFieldsProps {
  draft: Draft
  problems: Problems
  seedSets: readonly { key: string; label: string }[]
  onChange(patch: Partial<Draft>): void
}

const OPERATORS = ['constraints', 'deepen', 'concretizing', 'reasoning', 'breadth']

type Kind = keyof typeof SCENARIO_LABEL

/** Breadth for each seed set, and weights of the operators: what no plain field can hold. */
function EvolInstructFields({ draft, seedSets, onChange }: ScenarioFieldsProps) {
  const { scenario } = draft
  if (scenario.kind !== 'evol-instruct') return null
  const { breadth = false, weights = {} } = scenario
  const all = seedSets.map(({ key }) => key)
  const wide = breadth === true ? all : breadth === false ? [] : [...breadth]
  const set = (patch: Partial<typeof scenario>) => onChange({ scenario: { ...scenario, ...patch } })
  return (
    <>
      <Checkbox.Group
        label="Breadth"
        description="Seed sets whose rows get the breadth operator beside the four depth operators."
        value={wide}
        onChange={(chosen) =>
          set({ breadth: chosen.length === 0 ? false : chosen.length === all.length || chosen })
        }
      >
        <Group gap="md" mt={4}>
          {seedSets.map(({ key, label }) => (
            <Checkbox key={key} value={key} label={label} />
          ))}
        </Group>
      </Checkbox.Group>
      <Checkbox.Group
        label="Eliminate"
        description="Replies that are thrown away and tried again; the row keeps its place."
        value={[...(scenario.eliminate ?? [])]}
        onChange={(eliminate) => set({ eliminate: eliminate as typeof scenario.eliminate })}
      >
        <Group gap="md" mt={4}>
          {ELIMINATIONS.map((rule) => (
            <Checkbox key={rule} value={rule} label={reasonText(rule)} />
          ))}
        </Group>
      </Checkbox.Group>
      {scenario.order === 'weights' ? (
        <div className={classes.fields}>
          {OPERATORS.map((operator) => (
            <NumberInput
              key={operator}
              label={`Weight of ${operator}`}
              min={0}
              value={weights[operator] ?? 0}
              onChange={(weight) => set({ weights: { ...weights, [operator]: Number(weight) } })}
            />
          ))}
        </div>
      ) : null}
    </>
  )
}

/** The scenario with its options; options that are lists or texts of several parts are written in the plan file. */
export function ScenarioFields(props: ScenarioFieldsProps) {
  const { draft, problems, onChange } = props
  const { scenario } = draft
  const schema = scenarioSchema.options.find(({ shape }) => shape.kind.value === scenario.kind)
  const plain = schema ? plainFields(schema).filter((name) => name !== 'breadth') : []
  const params = schema ? describeParams(schema).filter(({ name }) => plain.includes(name)) : []
  const wrong = [...problems].filter(([field]) => field.startsWith('scenario'))
  return (
    <Section title="Scenario">
      <div className={`ev-panel ${classes.panel}`}>
        <Select
          label="Scenario"
          allowDeselect={false}
          data={Object.entries(SCENARIO_LABEL).map(([value, label]) => ({ value, label }))}
          value={scenario.kind}
          onChange={(kind) => onChange({ scenario: { kind: kind as Kind } as Draft['scenario'] })}
        />
        <div className={classes.fields}>
          <ParamFields
            params={params}
            values={scenario}
            onChange={(values) =>
              onChange({ scenario: { ...values, kind: scenario.kind } as Draft['scenario'] })
            }
          />
        </div>
        <EvolInstructFields {...props} />
        {wrong.map(([field, what]) => (
          <p key={field} role="alert">
            {field.replace('scenario.', '')}: {what}
          </p>
        ))}
      </div>
    </Section>
  )
}
