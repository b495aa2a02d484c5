'use client'

import { ActionIcon, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy } from '@tabler/icons-react'

/** A launch flag or setting, with a button that copies it. */
export function CopyFlag({ flag }: { flag: string }) {
  const clipboard = useClipboard()
  const Icon = clipboard.copied ? IconCheck : IconCopy
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 2, maxWidth: '100%' }}>
      <code className="ev-mono" style={{ overflowWrap: 'anywhere' }}>
        {flag}
      </code>
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
