import type { BackendInfo } from '@/lib/contracts/backends'
import { CAPABILITY_ROWS, finishedRows, runningRows, type ProbeRow } from './probe-rows'

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
  const rows: ProbeRow[] = backend.probing
    ? runningRows(backend.probing.steps, backend.offers)
    : backend.probe
      ? finishedRows(backend.probe, backend.offers)
      : []
  const shown = rows.filter(({ id }) => CAPABILITY_ROWS.has(id))
  if (shown.length === 0) return null
  return (
    <ul
      aria-label="Capabilities"
      style={{
        display: 'flex',
        flexWrap: 'wrap',
        gap: '2px 16px',
        listStyle: 'none',
        margin: '6px 0 0',
        padding: 0,
        fontSize: '0.8125rem',
      }}
    >
      {shown.map(({ id, label, state, detail }) => {
        const { mark, color, text } = MARK[state] ?? { mark: '', color: '', text: '' }
        return (
          <li key={id} title={state === 'yes' ? undefined : detail || undefined}>
            <span aria-hidden style={{ color, fontWeight: 700 }}>
              {mark}
            </span>{' '}
            <span className={state === 'yes' ? '' : 'ev-dim'}>{label}</span>
            <span
              style={{
                position: 'absolute',
                width: 1,
                height: 1,
                overflow: 'hidden',
                clipPath: 'inset(50%)',
              }}
            >
              {' '}
              {text}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
