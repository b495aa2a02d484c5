'use client'

import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core'
import { useMounted } from '@mantine/hooks'
import { IconCheck, IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react'

const SCHEMES = [
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
  { value: 'auto', label: 'System', icon: IconDeviceDesktop },
] as const

export function ThemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  // The stored choice is known in the browser only; before that every reader gets the same icon.
  const isMounted = useMounted()
  const chosen = isMounted ? colorScheme : 'auto'
  const Current = SCHEMES.find((scheme) => scheme.value === chosen)?.icon ?? IconDeviceDesktop

  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="Theme" size={30}>
          <Current size={18} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(({ value, label, icon: SchemeIcon }) => (
          <Menu.Item
            key={value}
            leftSection={<SchemeIcon size={16} />}
            rightSection={chosen === value ? <IconCheck size={14} aria-label="chosen" /> : null}
            onClick={() => setColorScheme(value)}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
