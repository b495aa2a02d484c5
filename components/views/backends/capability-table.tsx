import { ActionIcon, Text, Tooltip, VisuallyHidden } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { BackendInfo } from '@/lib/contracts/backends'
import type { ProbeStepInfo } from '@/lib/contracts/probe-steps'
import { Table, type Column } from '@/components/ui/table'
import classes from './backends.module.css'
import {
  CAPABILITY_ROWS,
  finishedRows,
  runningRows,
  type ProbeRow,
  type RowState,
} from './probe-rows'

const STATE: Record<RowState, { text: string; color: string }> = {
  yes: { text: 'Yes', color: 'var(--ev-ok)' },
  no: { text: 'No', color: 'var(--ev-error)' },
  absent: { text: 'Not offered', color: 'var(--ev-dim)' },
  unknown: { text: 'Not known', color: 'var(--ev-warn)' },
  open: { text: 'Testing', color: 'var(--ev-dim)' },
  fact: { text: '', color: 'var(--ev-text)' },
}

/** A launch flag or setting, with a button that copies it. */
function CopyFlag({ flag }: { flag: string }) {
  const clipboard = useClipboard()
  const Icon = clipboard.copied ? IconCheck : IconCopy
  return (
    <span className={classes.flag}>
      <code className="ev-mono">{flag}</code>
      <Tooltip label={clipboard.copied ? 'Copied' : 'Copy'}>
        <ActionIcon
          size="sm"
          aria-label={clipboard.copied ? 'Copied' : `Copy ${flag}`}
          onClick={() => clipboard.copy(flag)}
        >
          <Icon size={14} />
        </ActionIcon>
      </Tooltip>
    </span>
  )
}

const COLUMNS: readonly Column<ProbeRow>[] = [
  {
    name: 'Capability',
    kind: 'name',
    className: classes.capability,
    cell: ({ label, meaning }) => (
      <>
        {label}
        <Text size="sm" c="dimmed">
          {meaning}
        </Text>
      </>
    ),
  },
  {
    name: 'Works',
    kind: 'line',
    className: classes.works,
    cell: ({ state }) => {
      const { text, color } = STATE[state]
      return (
        <Text span inherit c={color} fw={state === 'open' ? 400 : 600}>
          {state === 'open' ? `${text} …` : text}
        </Text>
      )
    },
  },
  { name: 'What was found', kind: 'wrap', cell: ({ detail }) => detail },
  {
    name: 'What to change',
    kind: 'wrap',
    className: classes.change,
    cell: ({ remedy, flag }) => (
      <>
        {remedy}
        {flag ? (
          <div>
            <CopyFlag flag={flag} />
          </div>
        ) : null}
      </>
    ),
  },
]

/** Returns what the probe of a backend found, or has found so far. */
function probedRows({ probe, probing, offers }: BackendInfo): ProbeRow[] {
  if (probing) return runningRows(probing.steps, offers)
  return probe ? finishedRows(probe, offers) : []
}

// Shape and colour both tell: the marks read in greyscale too.
const MARK: Record<string, { mark: string; color: string; text: string }> = {
  yes: { mark: '●', color: 'var(--ev-ok)', text: 'works' },
  no: { mark: '×', color: 'var(--ev-error)', text: 'does not work' },
  absent: { mark: '–', color: 'var(--ev-dim)', text: 'is not offered' },
  unknown: { mark: '?', color: 'var(--ev-warn)', text: 'not known' },
  open: { mark: '…', color: 'var(--ev-dim)', text: 'is being tested' },
}

/** The six capabilities in one line. */
export function CapabilityStrip({ backend }: { backend: BackendInfo }) {
  const shown = probedRows(backend).filter(({ id }) => CAPABILITY_ROWS.has(id))
  if (shown.length === 0) return null
  return (
    <ul aria-label="Capabilities" className={classes.strip}>
      {shown.map(({ id, label, state, detail }) => {
        const { mark, color, text } = MARK[state] ?? { mark: '', color: '', text: '' }
        return (
          <li key={id} title={state === 'yes' ? undefined : detail || undefined}>
            <Text span inherit aria-hidden c={color} fw={700}>
              {mark}
            </Text>{' '}
            <span className={state === 'yes' ? '' : 'ev-dim'}>{label}</span>
            <VisuallyHidden> {text}</VisuallyHidden>
          </li>
        )
      })}
    </ul>
  )
}

/** What a backend was found able to do, why not, and what to change; fills while the probe runs. */
export function CapabilityTable({ backend }: { backend: BackendInfo }) {
  return (
    <Table
      label={`What ${backend.label} can do`}
      className=""
      tableClass={classes.capabilities}
      columns={COLUMNS}
      rows={probedRows(backend)}
      keyOf="id"
    />
  )
}

const STEP_STATE: Record<string, { text: string; color: string }> = {
  pass: { text: 'passed', color: 'var(--ev-ok)' },
  fail: { text: 'failed', color: 'var(--ev-error)' },
}

/** Every step of a probe in order, as it was decided. */
export function ProbeSteps({ steps }: { steps: readonly ProbeStepInfo[] }) {
  if (steps.length === 0) return null
  return (
    <ol className={classes.steps}>
      {steps.map((step, index) => (
        <li key={`${index}-${step.name}`}>
          {step.name}:{' '}
          <Text span inherit fw={600} c={STEP_STATE[step.state]?.color ?? 'var(--ev-warn)'}>
            {STEP_STATE[step.state]?.text ?? 'not known'}
          </Text>
          {step.detail ? `, ${step.detail}` : ''}
        </li>
      ))}
    </ol>
  )
}
