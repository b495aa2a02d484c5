'use client'

import { ActionIcon, Button, Group, MultiSelect, Select, Tooltip } from '@mantine/core'
import { IconArrowsExchange } from '@tabler/icons-react'
import { ArmMark } from '@/components/figures/arm-mark'
import { SEEDS, roundsOf, type SideChoice } from '@/components/hooks/use-compare'
import type { StudyDetail } from '@/lib/contracts/study'
import classes from './compare.module.css'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'

/** `Small greedy, round 2`, or `Seeds`. */
export function sideLabel(study: StudyDetail, side: SideChoice): string {
  if (side.arm === SEEDS) return SEEDS_LABEL
  const arm = study.arms.find((one) => one.key === side.arm)
  return `${arm?.label ?? side.arm}, round ${side.round}`
}

export function sideColorIndex(study: StudyDetail, side: SideChoice): number | null {
  return study.arms.find((arm) => arm.key === side.arm)?.colorIndex ?? null
}

interface SideSelectProps {
  name: 'A' | 'B'
  study: StudyDetail
  side: SideChoice
  onChange(side: SideChoice): void
}

function SideSelect({ name, study, side, onChange }: SideSelectProps) {
  const armOptions = [
    ...(roundsOf(study, SEEDS).length > 0 ? [{ value: SEEDS, label: SEEDS_LABEL }] : []),
    ...study.arms
      .filter((arm) => roundsOf(study, arm.key).length > 0)
      .map((arm) => ({ value: arm.key, label: arm.label })),
  ]
  const rounds = roundsOf(study, side.arm)
  const chooseArm = (arm: string | null) => {
    if (!arm) return
    const held = roundsOf(study, arm)
    onChange({ arm, round: held.includes(side.round) ? side.round : (held.at(-1) ?? 0) })
  }
  return (
    <div className={classes.side}>
      <span className={classes.sideName}>
        <ArmMark colorIndex={sideColorIndex(study, side)} /> {name}
      </span>
      <Select
        aria-label={`Evolver of side ${name}`}
        data={armOptions}
        value={side.arm}
        onChange={chooseArm}
        w={200}
      />
      <Select
        aria-label={`Round of side ${name}`}
        data={rounds.map((round) => ({ value: String(round), label: `Round ${round}` }))}
        value={String(side.round)}
        onChange={(round) => round !== null && onChange({ ...side, round: Number(round) })}
        disabled={side.arm === SEEDS}
        w={108}
      />
    </div>
  )
}

interface SidePickerProps {
  study: StudyDetail
  a: SideChoice
  b: SideChoice
  sets: string[]
  onSides(sides: { a: SideChoice; b: SideChoice }): void
  onSets(sets: string[]): void
}

/** Chooses the two evolvers, their rounds, and the seed sets. */
export function SidePicker({ study, a, b, sets, onSides, onSets }: SidePickerProps) {
  return (
    <Group gap="md" align="flex-end">
      <SideSelect name="A" study={study} side={a} onChange={(side) => onSides({ a: side, b })} />
      <Tooltip label="Swap A and B">
        <ActionIcon aria-label="Swap A and B" onClick={() => onSides({ a: b, b: a })} mb={4}>
          <IconArrowsExchange size={16} />
        </ActionIcon>
      </Tooltip>
      <SideSelect name="B" study={study} side={b} onChange={(side) => onSides({ a, b: side })} />
      {study.seedSets.length > 1 ? (
        <MultiSelect
          label="Seed sets"
          placeholder={sets.length === 0 ? 'All' : ''}
          data={study.seedSets.map((set) => ({ value: set.key, label: set.label }))}
          value={sets}
          onChange={onSets}
          clearable
          miw={200}
        />
      ) : null}
      {sets.length > 0 && study.seedSets.length > 1 ? (
        <Button variant="subtle" onClick={() => onSets([])}>
          All seed sets
        </Button>
      ) : null}
    </Group>
  )
}
