'use client'

import { ActionIcon, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import classes from './backends.module.css'

/** A launch flag or setting, with a button that copies it. */
export function CopyFlag({ flag }: { flag: string }) {
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
