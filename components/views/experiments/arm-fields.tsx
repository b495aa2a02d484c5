'use client'

import { Button, Group, NumberInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { backendOptions } from '@/components/fields/backend-options'
import { keyOf } from '@/components/fields/key-of'
import { useBackends } from '@/components/hooks/use-backends'
import { usePrompts } from '@/components/hooks/use-prompts'
import { Disclosure, LinkButton } from '@/components/ui/link-button'
import { EvolvePrompts } from '@/components/views/prompts/evolve-prompts'
import { ARM_CLASSES } from '@/lib/contracts/study'
import { sweepOf, type DraftArm, type Problems, type SweepBy } from './plan-draft'
import classes from './experiments.module.css'

interface ArmFieldsProps {
  at: number
  arm: DraftArm
  problems: Problems
  /** So many evolvers can be added to the plan. */
  mostMore: number
  canRemove: boolean
  /** It has rows: key, backend and decoding stay as they are. */
  isMade: boolean
  /** Puts these in the place of the evolver; none = it is removed. */
  onChange(arms: DraftArm[]): void
}

const DECODING = [
  ['temperature', 'Temperature', 0.1, '0 decodes greedily.'],
  ['topP', 'Top-p', 0.05, 'Nucleus sampling.'],
  ['seed', 'Random seed', 1, 'A number of the row is added to it.'],
  ['maxTokens', 'Max output tokens', 64, 'Limit for each instruction.'],
] as const

interface SweepProps {
  arm: DraftArm
  most: number
  onSweep(arms: DraftArm[]): void
}

/** Several evolvers from one: a temperature, a backend or a version of a prompt each. */
function Sweep({ arm, most, onSweep }: SweepProps) {
  const [by, setBy] = useState<SweepBy>('temperature')
  const [text, setText] = useState('0, 0.7, 1')
  const [promptId, setPromptId] = useState<string | null>(null)
  const backends = useBackends().data ?? []
  const prompts = (usePrompts().data ?? []).filter(
    ({ kind, versions }) => kind === 'evolve' && versions.length > 1,
  )
  const versions = prompts.find(({ id }) => id === promptId)?.versions ?? []
  const temperatures = text.split(/[,;\s]+/).filter((part) => part !== '')
  const values =
    by === 'temperature'
      ? temperatures
          .filter((part) => Number(part) >= 0 && Number(part) <= 2)
          .map((value) => ({ value, label: `T ${value}` }))
      : by === 'backend'
        ? backends.map(({ id, label }) => ({ value: id, label }))
        : versions.map(({ hash, version }) => ({ value: hash, label: `version ${version}` }))
  // The evolver itself makes room for the first of them.
  const tooMany = values.length > most + 1
  return (
    <Group gap="sm" align="flex-end" py={8}>
      <Select
        label="Sweep over"
        w={180}
        allowDeselect={false}
        data={[
          { value: 'temperature', label: 'Temperature' },
          { value: 'backend', label: 'Model: every backend' },
          { value: 'prompt', label: 'Versions of a prompt' },
        ]}
        value={by}
        onChange={(next) => setBy(next as SweepBy)}
      />
      {by === 'temperature' ? (
        <TextInput
          label="Temperatures"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      ) : null}
      {by === 'prompt' ? (
        <Select
          label="Prompt"
          placeholder={prompts.length === 0 ? 'no prompt has versions' : 'Choose a prompt'}
          data={prompts.map(({ id, name }) => ({ value: id, label: name }))}
          value={promptId}
          onChange={setPromptId}
        />
      ) : null}
      <Button
        variant="default"
        disabled={values.length < 2 || tooMany}
        onClick={() => onSweep(sweepOf(arm, by, values, promptId ?? ''))}
      >
        {tooMany ? 'Too many evolvers' : `Make ${values.length} evolvers`}
      </Button>
    </Group>
  )
}

/** One evolver of a plan: name, class, backend, decoding and versions of its prompts. */
export function ArmFields(props: ArmFieldsProps) {
  const { at, arm, problems, mostMore, canRemove, isMade, onChange } = props
  const known = useBackends().data
  const backends = backendOptions(known, ['chat'])
  // One that is not here, as of a restored backup, can be replaced.
  const stays = isMade && (known?.some(({ id }) => id === arm.backend) ?? true)
  const set = (patch: Partial<DraftArm>) => onChange([{ ...arm, ...patch }])
  const problem = (field: string) => problems.get(`arms.${at}.${field}`)
  const decoding = arm.decoding ?? {}
  return (
    <div className={`ev-panel ${classes.panel}`}>
      <div className={classes.head}>
        <h3 className={classes.title} dir="auto">
          {arm.label || `Evolver ${at + 1}`}
        </h3>
        {canRemove ? (
          <LinkButton aria-label={`Remove ${arm.label}`} onClick={() => onChange([])}>
            Remove
          </LinkButton>
        ) : null}
      </div>
      <div className={classes.fields}>
        <TextInput
          label="Name of the evolver"
          description={`Key: ${arm.key || 'none'}`}
          value={arm.label}
          error={problem('label') ?? problem('key')}
          onChange={(event) => {
            const label = event.currentTarget.value
            set(isMade ? { label } : { label, key: keyOf(label) })
          }}
        />
        <Select
          label="Backend"
          description={stays ? 'Made its rows and stays.' : 'A backend with chat.'}
          disabled={stays}
          data={backends}
          value={arm.backend || null}
          error={problem('backend')}
          onChange={(backend) => set({ backend: backend ?? '' })}
        />
        <Select
          label="Class"
          description="Size class of the model."
          allowDeselect={false}
          data={[...ARM_CLASSES]}
          value={arm.armClass ?? 'other'}
          onChange={(armClass) => set({ armClass: armClass as DraftArm['armClass'] })}
        />
        {DECODING.map(([name, label, step, description]) => (
          <NumberInput
            key={name}
            {...{ label, description, step }}
            disabled={isMade}
            value={decoding[name] ?? ''}
            error={problem(`decoding.${name}`)}
            onChange={(value) => set({ decoding: { ...decoding, [name]: Number(value) } })}
          />
        ))}
      </div>
      <Disclosure show="Prompts and sweeps" hide="Hide prompts and sweeps">
        <EvolvePrompts
          kind="evolve"
          value={arm.prompts ?? {}}
          onChange={(prompts) => set({ prompts })}
        />
        {isMade ? null : <Sweep arm={arm} most={mostMore} onSweep={onChange} />}
      </Disclosure>
    </div>
  )
}
