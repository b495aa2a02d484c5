import { ActionIcon, Tooltip } from '@mantine/core'
import { IconLogout } from '@tabler/icons-react'

/** Ends this browser's session. A form, so that it works however the page's scripts fare. */
export function LogoutButton() {
  return (
    <form method="post" action="/api/logout">
      <Tooltip label="Log out">
        <ActionIcon type="submit" aria-label="Log out" size={30}>
          <IconLogout size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    </form>
  )
}
