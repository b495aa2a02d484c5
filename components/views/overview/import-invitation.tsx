'use client'

import { Button, Group, Text } from '@mantine/core'
import { Dropzone } from '@mantine/dropzone'
import { IconCloudDownload, IconFolder, IconUpload } from '@tabler/icons-react'
import { useRef } from 'react'
import classes from './overview.module.css'

interface FolderButtonProps {
  onFiles(files: File[]): void
}

/** Chooses a whole folder; the attribute is not in React's types, hence the ref. */
function FolderButton({ onFiles }: FolderButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={(element) => {
          input.current = element
          element?.setAttribute('webkitdirectory', '')
        }}
        type="file"
        multiple
        hidden
        aria-label="Folder to import"
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])])
          event.currentTarget.value = ''
        }}
      />
      <Button
        variant="default"
        leftSection={<IconFolder size={14} />}
        onClick={() => input.current?.click()}
      >
        Choose a folder
      </Button>
    </>
  )
}

interface DropAreaProps {
  onFiles(files: File[]): void
  /** Opens what fetches a data set of the hub. */
  onHub?: () => void
  isCompact?: boolean
}

export function DropArea({ onFiles, onHub, isCompact = false }: DropAreaProps) {
  const open = useRef<() => void>(null)
  return (
    <Dropzone
      onDrop={onFiles}
      openRef={open}
      activateOnClick={false}
      enablePointerEvents
      p={isCompact ? 12 : 32}
      aria-label="Drop files or a folder here"
      inputProps={{ 'aria-label': 'Files to import' }}
    >
      {isCompact ? null : (
        <div className={classes.drop}>
          <h2>Drop files or a folder here</h2>
          <Text c="dimmed" mb={12}>
            JSON arrays, JSONL, CSV and Parquet, packed or not; Alpaca, ShareGPT and messages
            formats; the output files of evolution pipelines. Seed set, evolver and round are
            guessed from names and keys, and you see the first 20 rows before anything is imported.
          </Text>
        </div>
      )}
      <Group gap="xs">
        <Button
          variant={isCompact ? 'default' : 'filled'}
          leftSection={<IconUpload size={14} />}
          onClick={() => open.current?.()}
        >
          Choose files
        </Button>
        <FolderButton onFiles={onFiles} />
        {onHub ? (
          <Button variant="default" leftSection={<IconCloudDownload size={14} />} onClick={onHub}>
            From the Hugging Face hub
          </Button>
        ) : null}
        {isCompact ? <span className="ev-dim">or drop them here</span> : null}
      </Group>
    </Dropzone>
  )
}

interface ImportInvitationProps {
  isEmpty: boolean
  onFiles(files: File[]): void
}

/** The drop target of the whole page; in a study without rows also the area to drop on. */
export function ImportInvitation({ isEmpty, onFiles }: ImportInvitationProps) {
  return (
    <>
      <Dropzone.FullScreen onDrop={onFiles} active inputProps={{ 'aria-label': 'Files to import' }}>
        <Text size="lg" className={classes.dropPage}>
          Drop to import into this study
        </Text>
      </Dropzone.FullScreen>
      {isEmpty ? <DropArea onFiles={onFiles} onHub={() => onFiles([])} /> : null}
    </>
  )
}
