import { Text, VisuallyHidden } from '@mantine/core'
import type { BackendInfo } from '@/lib/contracts/backends'
import classes from './backends.module.css'
import { CAPABILITY_ROWS } from './probe-rows'
import { probedRows } from './capability-table'

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
