'use client'

import { ActionIcon, Button, Group, MultiSelect, Select, Tooltip } from '@mantine/core'
import { IconArrowsExchange, IconX } from '@tabler/icons-react'
import { ArmMark } from '@/components/figures/arm-mark'
import { SEEDS, roundsOf, type SideChoice } from '@/components/hooks/use-compare'
import { useOperators } from '@/components/hooks/use-rows'
import { isCoded } from '@/lib/contracts/column-kinds'
import { MAX_SIDES } from '@/lib/contracts/compare'
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

/** Letters of the sides in order. */
const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F'] as const

interface SideSelectProps {
  name: (typeof LETTERS)[number]
  /** Said beside the letter. */
  note?: string
  study: StudyDetail
  side: SideChoice
  onChange(side: SideChoice): void
}

function SideSelect({ name, note, study, side, onChange }: SideSelectProps) {
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
        <ArmMark colorIndex={sideColorIndex(study, side)} /> {name} {note}
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

/** Returns a side of the study that is not chosen yet: the round of A where there is one; null without any. */
function nextSide(study: StudyDetail, chosen: readonly SideChoice[]): SideChoice | null {
  const round = chosen[0]?.round
  const free = [SEEDS, ...study.arms.map((arm) => arm.key)]
    .flatMap((arm) => roundsOf(study, arm).map((own) => ({ arm, round: own })))
    .filter((side) => !chosen.some((one) => one.arm === side.arm && one.round === side.round))
  return free.find((side) => side.round === round) ?? free[0] ?? null
}

/** What may count as one where intervals and tests are made. */
function unitsOf(study: StudyDetail): { value: string; label: string }[] {
  const words = study.columns.filter(({ shape, hidden }) => !hidden && isCoded(shape))
  return [
    { value: 'seed', label: 'a seed' },
    { value: 'instruction', label: 'an instruction' },
    ...words.map(({ id, label }) => ({ value: id, label: `a value of ${label}` })),
  ]
}

interface SidePickerProps {
  study: StudyDetail
  /** A, B (the reference) and the further ones. */
  sides: readonly SideChoice[]
  sets: string[]
  onSides(sides: SideChoice[]): void
  onSets(sets: string[]): void
  /** What counts as one: `seed`, `instruction`, or a column of words. */
  unit: string
  onUnit(unit: string): void
  /** The only ones whose rows count; empty = all. */
  operators: string[]
  onOperators(operators: string[]): void
}

/** Chooses two to six evolvers, their rounds, the seed sets and the operators. */
export function SidePicker(props: SidePickerProps) {
  const { study, sides, sets, onSides, onSets, unit, onUnit, operators, onOperators } = props
  const known = [...new Set([...useOperators(study.study.id), ...operators])]
  const added = sides.length < MAX_SIDES ? nextSide(study, sides) : null
  const [a, b, ...more] = sides as [SideChoice, SideChoice, ...SideChoice[]]
  const select = (at: number, note?: string) => (
    <SideSelect
      name={LETTERS[at] as (typeof LETTERS)[number]}
      {...(note === undefined ? {} : { note })}
      study={study}
      side={sides[at] as SideChoice}
      onChange={(side) => onSides(sides.with(at, side))}
    />
  )
  return (
    <Group gap="md" align="flex-end">
      {select(0)}
      <Tooltip label="Swap A and B">
        <ActionIcon aria-label="Swap A and B" onClick={() => onSides([b, a, ...more])} mb={4}>
          <IconArrowsExchange size={16} />
        </ActionIcon>
      </Tooltip>
      {select(1, more.length > 0 ? '(reference)' : undefined)}
      {more.map((_, i) => (
        <Group key={i} gap={4} align="flex-end">
          {select(i + 2)}
          <Tooltip label={`Take side ${LETTERS[i + 2]} out`}>
            <ActionIcon
              aria-label={`Take side ${LETTERS[i + 2]} out`}
              onClick={() => onSides(sides.toSpliced(i + 2, 1))}
              mb={4}
            >
              <IconX size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      ))}
      {added ? (
        <Button variant="default" onClick={() => onSides([...sides, added])}>
          Add a side
        </Button>
      ) : null}
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
      <Select
        label="One unit is"
        data={unitsOf(study)}
        value={unit}
        onChange={(chosen) => chosen !== null && onUnit(chosen)}
        w={160}
      />
      {known.length > 0 ? (
        <MultiSelect
          label="Operators"
          placeholder={operators.length === 0 ? 'All' : ''}
          data={known}
          value={operators}
          onChange={onOperators}
          clearable
          miw={160}
        />
      ) : null}
    </Group>
  )
}
