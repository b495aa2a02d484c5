import type { BackendInfo } from '@/lib/contracts/backends'
import type { ProbeStepInfo } from '@/lib/contracts/probe-steps'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { CopyFlag } from './copy-flag'
import { finishedRows, runningRows, type ProbeRow, type RowState } from './probe-rows'

const STATE: Record<RowState, { text: string; color: string }> = {
  yes: { text: 'Yes', color: 'var(--ev-ok)' },
  no: { text: 'No', color: 'var(--ev-error)' },
  absent: { text: 'Not offered', color: 'var(--ev-dim)' },
  unknown: { text: 'Not known', color: 'var(--ev-warn)' },
  open: { text: 'Testing', color: 'var(--ev-dim)' },
  fact: { text: '', color: 'var(--ev-text)' },
}

function Line({ row }: { row: ProbeRow }) {
  const { text, color } = STATE[row.state]
  return (
    <tr>
      <th scope="row" style={{ color: 'var(--ev-text)', whiteSpace: 'normal' }}>
        {row.label}
        <div className="ev-dim" style={{ fontWeight: 400 }}>
          {row.meaning}
        </div>
      </th>
      <td style={{ color, fontWeight: row.state === 'open' ? 400 : 600, whiteSpace: 'nowrap' }}>
        {row.state === 'open' ? `${text} …` : text}
      </td>
      <td style={{ overflowWrap: 'anywhere' }}>{row.detail}</td>
      <td style={{ overflowWrap: 'anywhere' }}>
        {row.remedy}
        {row.flag ? (
          <div>
            <CopyFlag flag={row.flag} />
          </div>
        ) : null}
      </td>
    </tr>
  )
}

interface CapabilityTableProps {
  backend: BackendInfo
}

/** What a backend was found able to do, why not, and what to change; fills while the probe runs. */
export function CapabilityTable({ backend }: CapabilityTableProps) {
  const { label, probe, probing, offers } = backend
  const rows = probing
    ? runningRows(probing.steps, offers)
    : probe
      ? finishedRows(probe, offers)
      : []
  return (
    <ScrollRegion label={`What ${label} can do`} className="">
      <table className="ev-table" style={{ minWidth: 720, tableLayout: 'fixed' }}>
        <colgroup>
          <col style={{ width: '27%' }} />
          <col style={{ width: 104 }} />
          <col />
          <col style={{ width: '30%' }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Capability</th>
            <th scope="col">Works</th>
            <th scope="col">What was found</th>
            <th scope="col">What to change</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Line key={row.id} row={row} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
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
    <ol style={{ margin: 0, paddingLeft: 24, fontSize: '0.8125rem', lineHeight: 1.6 }}>
      {steps.map((step, index) => (
        <li key={`${index}-${step.name}`}>
          {step.name}:{' '}
          <span
            style={{ color: STEP_STATE[step.state]?.color ?? 'var(--ev-warn)', fontWeight: 600 }}
          >
            {STEP_STATE[step.state]?.text ?? 'not known'}
          </span>
          {step.detail ? <span style={{ overflowWrap: 'anywhere' }}>, {step.detail}</span> : null}
        </li>
      ))}
    </ol>
  )
}
