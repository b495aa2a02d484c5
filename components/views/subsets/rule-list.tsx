'use client'

import { ActionIcon, Group, Switch } from '@mantine/core'
import {
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconGripVertical,
  IconTrash,
} from '@tabler/icons-react'
import { useState, type DragEvent, type ReactNode } from 'react'
import { formatCount } from '@/lib/contracts/format'
import { ProgressBar } from '@/components/ui/progress-bar'
import { statusSentence } from '@/lib/contracts/status'
import type { Benchmark, FunnelStep, RuleInfo, SubsetRule } from '@/lib/contracts/subset'
import type { StudyDetail } from '@/lib/contracts/study'
import { RuleFields } from './rule-fields'
import classes from './subsets.module.css'

/** Type of what is dragged, so that a file or a text is no rule. */
const DRAGGED = 'application/x-evolens-rule'

/** Returns a list in which the entry at one place stands at another. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list]
  const [one] = next.splice(from, 1)
  if (one === undefined || to < 0 || to > next.length) return [...list]
  next.splice(to, 0, one)
  return next
}

/** How many rows a rule left, and why others are out. */
function Outcome({ step }: { step: FunnelStep }) {
  const missing = Object.entries(step.missing)
  return (
    <div className={classes.outcome}>
      <ProgressBar
        share={step.rowsIn === 0 ? 0 : step.rowsOut / step.rowsIn}
        label="Share of rows that stay"
      />
      <p className={classes.counts}>
        <strong>{formatCount(step.rowsOut)}</strong> of {formatCount(step.rowsIn)} rows
        {step.rowsIn === step.rowsOut
          ? ''
          : `, ${formatCount(step.rowsIn - step.rowsOut)} left out`}
      </p>
      {missing.map(([reason, rows]) => (
        <p key={reason} className={classes.note}>
          {formatCount(rows)} of them without a value: {reason.replaceAll('_', ' ')}.{' '}
          {statusSentence(reason) === reason ? '' : statusSentence(reason)}
        </p>
      ))}
      {step.notes.map((note) => (
        <p key={note} className={classes.note}>
          {note}
        </p>
      ))}
    </div>
  )
}

interface RuleListProps {
  study: StudyDetail
  rules: readonly SubsetRule[]
  steps: readonly FunnelStep[]
  infos: readonly RuleInfo[]
  benchmarks: readonly Benchmark[]
  onChange(rules: SubsetRule[]): void
}

/** The rules in order, each with its form and what it left; moved by dragging or by the arrows. */
export function RuleList({ study, rules, steps, infos, benchmarks, onChange }: RuleListProps) {
  const [over, setOver] = useState<number | null>(null)
  const replace = (at: number, ...with_: SubsetRule[]) => onChange(rules.toSpliced(at, 1, ...with_))
  const onDrop = (to: number) => (event: DragEvent) => {
    const from = Number(event.dataTransfer.getData(DRAGGED))
    setOver(null)
    if (!event.dataTransfer.types.includes(DRAGGED) || !Number.isInteger(from)) return
    event.preventDefault()
    onChange(moved(rules, from, to))
  }
  const button = (label: string, icon: ReactNode, onClick: () => void, disabled = false) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      onClick={onClick}
      disabled={disabled}
    >
      {icon}
    </ActionIcon>
  )
  return (
    <ol className={classes.rules}>
      {rules.map((rule, at) => {
        const info = infos.find(({ id }) => id === rule.rule)
        const step = steps[at]
        if (!info) return null
        const { off: _off, ...on } = rule
        const name = `rule ${at + 1}, ${info.label}`
        return (
          // Rules have no names; two equal ones differ by their place only.
          <li key={`${at}-${rule.rule}-${rules.length}`}>
            <div
              className={`ev-panel ${classes.rule}`}
              data-over={over === at || undefined}
              data-off={rule.off || undefined}
              onDragOver={(event) => {
                if (!event.dataTransfer.types.includes(DRAGGED)) return
                event.preventDefault()
                setOver(at)
              }}
              onDragLeave={() => setOver(null)}
              onDrop={onDrop(at)}
            >
              <div className={classes.ruleHead}>
                <span
                  className={classes.grip}
                  draggable
                  title="Drag to another place"
                  onDragStart={(event) => event.dataTransfer.setData(DRAGGED, String(at))}
                >
                  <IconGripVertical size={16} aria-hidden />
                </span>
                <h3 className={classes.ruleTitle}>
                  {at + 1}. {info.label}
                </h3>
                <Group gap={4} ml="auto" wrap="nowrap">
                  <Switch
                    size="xs"
                    checked={!rule.off}
                    aria-label={`Use ${name}`}
                    onChange={() => replace(at, rule.off ? on : { ...rule, off: true })}
                  />
                  {button(
                    `Move ${name} up`,
                    <IconArrowUp size={16} />,
                    () => onChange(moved(rules, at, at - 1)),
                    at === 0,
                  )}
                  {button(
                    `Move ${name} down`,
                    <IconArrowDown size={16} />,
                    () => onChange(moved(rules, at, at + 1)),
                    at === rules.length - 1,
                  )}
                  {button(`Duplicate ${name}`, <IconCopy size={16} />, () =>
                    replace(at, rule, rule),
                  )}
                  {button(`Remove ${name}`, <IconTrash size={16} />, () => replace(at))}
                </Group>
              </div>
              <p className={classes.note}>{info.description}</p>
              <div className={classes.fields}>
                <RuleFields
                  study={study}
                  rule={rule}
                  info={info}
                  benchmarks={benchmarks}
                  onChange={(next) => replace(at, next)}
                />
              </div>
              {step && step.rule === rule.rule && !rule.off ? <Outcome step={step} /> : null}
            </div>
          </li>
        )
      })}
    </ol>
  )
}
