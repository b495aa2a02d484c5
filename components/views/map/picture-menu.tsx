'use client'

import { Button, Menu } from '@mantine/core'
import { IconDownload, IconPhoto } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import { notifyDone, notifyError } from '@/components/ui/notify'
import type { PictureChoices } from '@/lib/contracts/picture'

const FORMATS: Record<PictureChoices['format'], string> = {
  svg: 'SVG',
  pdf: 'PDF',
  png: 'PNG',
}

interface PictureMenuProps {
  /** Saves the picture; returns what is to be said of it. */
  save(format: PictureChoices['format']): Promise<string | null>
  csv: string
}

/** What can be had of a map as a file. */
export function PictureMenu({ save, csv }: PictureMenuProps): ReactNode {
  const [isSaving, setSaving] = useState(false)
  const make = (format: PictureChoices['format']) => {
    setSaving(true)
    save(format)
      .then((note) => note !== null && notifyDone(note, { stays: true }))
      .catch((error: unknown) => notifyError('The picture was not saved', error))
      .finally(() => setSaving(false))
  }
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          size="xs"
          variant="default"
          loading={isSaving}
          leftSection={<IconDownload size={14} />}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(FORMATS).map(([format, label]) => (
          <Menu.Item
            key={format}
            leftSection={<IconPhoto size={14} />}
            onClick={() => make(format as PictureChoices['format'])}
          >
            {label}, what is shown
          </Menu.Item>
        ))}
        <Menu.Item component="a" href={csv} leftSection={<IconDownload size={14} />}>
          CSV, places of all rows
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
