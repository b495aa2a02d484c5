'use client'

import { Group, Loader } from '@mantine/core'
import { plural } from '@/lib/contracts/format'
import { Notice } from '@/components/ui/states'
import type { DetectionInfo } from '@/lib/contracts/backends'
import classes from './backends.module.css'

function Evidence({ lines }: { lines: readonly string[] }) {
  return (
    <details>
      <summary>Requests sent</summary>
      <ul className={`ev-mono ${classes.evidence}`}>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  )
}

const KEY_ADVICE = {
  missing: ' It requires a key: enter one and search again to see its models.',
  refused: ' It rejects the key: correct it, or the variable that holds it, and search again.',
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
      <Group role="status" gap="xs" mih={36}>
        <Loader size={14} />
        <span className="ev-dim">
          {isWaiting ? 'Waiting for the worker …' : 'Identifying the server …'}
        </span>
      </Group>
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
