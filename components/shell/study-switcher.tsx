'use client'

import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import Link from 'next/link'
import { useStudies } from '@/components/hooks/use-studies'
import { formatCount } from '@/lib/contracts/format'
import classes from './frame.module.css'

export function StudySwitcher({ studyId }: { studyId: string | null }) {
  const { data: studies } = useStudies()
  const current = studies?.find((study) => study.id === studyId)
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="var(--ev-text)"
          px={8}
          maw={280}
          size="sm"
          rightSection={<IconChevronDown size={14} />}
          aria-label={current ? `Study: ${current.name}. Switch study` : 'Choose a study'}
        >
          <span className={classes.chipText} dir="auto">
            {current?.name ?? (studyId ? '…' : 'Choose a study')}
          </span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} className={classes.menu}>
        {studies?.map((study) => (
          <Menu.Item
            key={study.id}
            component={Link}
            href={`/studies/${study.id}`}
            rightSection={<span className="ev-dim">{formatCount(study.rowCount)} rows</span>}
          >
            <span dir="auto">{study.name}</span>
          </Menu.Item>
        ))}
        {studies?.length === 0 ? <Menu.Item disabled>No study yet</Menu.Item> : null}
        <Menu.Divider />
        <Menu.Item component={Link} href="/studies">
          All studies
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
