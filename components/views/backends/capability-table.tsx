import type { BackendInfo } from '@/lib/contracts/compute'

const MEANING: Record<string, string> = {
  chat: 'writes replies',
  structured: 'replies in a given JSON form',
  outputLogprobs: 'probabilities of the tokens it writes',
  promptLogprobs: 'probabilities of given tokens, needed for IFD',
  embed: 'vectors of texts, needed for neighbour distance',
  tokenize: 'token ids of a text',
}

const STATE = {
  yes: { text: 'Yes', color: 'var(--ev-ok)' },
  no: { text: 'No', color: 'var(--ev-error)' },
  unknown: { text: 'Not known', color: 'var(--ev-warn)' },
}

/** What a backend was found able to do, and why not. */
export function CapabilityTable({ probe }: { probe: NonNullable<BackendInfo['probe']> }) {
  return (
    <div className="ev-scroll-x">
      <table className="ev-table">
        <thead>
          <tr>
            <th scope="col">Capability</th>
            <th scope="col">Works</th>
            <th scope="col">Reason, or what to do</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(probe.capabilities).map(([name, { state, reason }]) => (
            <tr key={name}>
              <td>
                <span className="ev-mono">{name}</span>{' '}
                <span className="ev-dim">{MEANING[name] ?? ''}</span>
              </td>
              <td style={{ color: STATE[state].color, fontWeight: 600, whiteSpace: 'nowrap' }}>
                {STATE[state].text}
              </td>
              <td style={{ overflowWrap: 'anywhere' }}>{reason ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const STEP_STATE: Record<string, { text: string; color: string }> = {
  pass: { text: 'passed', color: 'var(--ev-ok)' },
  fail: { text: 'failed', color: 'var(--ev-error)' },
}

export function ProbeSteps({ steps }: { steps: NonNullable<BackendInfo['probe']>['steps'] }) {
  if (steps.length === 0) return null
  return (
    <ol style={{ margin: 0, paddingLeft: 20, fontSize: '0.8125rem', lineHeight: 1.6 }}>
      {steps.map((step) => (
        <li key={step.name}>
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
