'use client'

import { Loader } from '@mantine/core'
import { plural } from '@/components/ui/format'
import { Notice } from '@/components/ui/states'
import type { DetectionInfo } from '@/lib/contracts/backends'

function Evidence({ lines }: { lines: readonly string[] }) {
  return (
    <details>
      <summary>What was asked</summary>
      <ul className="ev-mono" style={{ margin: '4px 0 0', paddingLeft: 20 }}>
        {lines.map((line) => (
          <li key={line} style={{ overflowWrap: 'anywhere' }}>
            {line}
          </li>
        ))}
      </ul>
    </details>
  )
}

const KEY_ADVICE = {
  missing: ' It asks for a key: enter one and look again to see its models.',
  refused: ' It refuses the key: correct it, or the variable that holds it, and look again.',
}

interface DetectionResultProps {
  found: DetectionInfo | null
  error: string | null
  isLooking: boolean
  /** The worker has not taken the job yet. */
  isWaiting: boolean
}

/** What a look at the address found: server, models, whether a key is missing; or why nothing was found. */
export function DetectionResult({ found, error, isLooking, isWaiting }: DetectionResultProps) {
  if (isLooking) {
    return (
      <div role="status" style={{ display: 'flex', gap: 8, alignItems: 'center', minHeight: 36 }}>
        <Loader size={14} />
        <span className="ev-dim">
          {isWaiting ? 'Waiting for the worker …' : 'Asking the server who it is …'}
        </span>
      </div>
    )
  }
  if (error) {
    return <Notice tone="error">{error}</Notice>
  }
  if (!found) return null
  return (
    <Notice tone={found.keyNeeded && found.keySent ? 'error' : 'info'}>
      <strong>{found.server}</strong>
      {found.keyNeeded ? null : `, ${plural(found.models.length, 'model')}`}. {found.note}
      {found.keyNeeded ? KEY_ADVICE[found.keySent ? 'refused' : 'missing'] : null}
      <Evidence lines={found.evidence} />
    </Notice>
  )
}
