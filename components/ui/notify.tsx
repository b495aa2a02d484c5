import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'

/** Says that something was done; what has to be read, as what was left out, stays until it is closed. */
export function notifyDone(message: string, { stays = false } = {}): void {
  notifications.show({
    message,
    color: 'ink',
    withBorder: true,
    ...(stays ? { autoClose: false } : {}),
  })
}

/** Says that something failed, with the reason as the server gave it. */
export function notifyError(what: string, error: unknown): void {
  const message = error instanceof Error ? error.message : 'Unknown error.'
  notifications.show({ title: what, message, color: 'red', autoClose: 12_000, withBorder: true })
}

/** Says what was done and offers to undo it, in place of asking beforehand. */
export function notifyUndo(message: string, undo: () => void): void {
  const id = `undo-${Math.random().toString(36).slice(2)}`
  const onClick = () => {
    notifications.hide(id)
    undo()
  }
  notifications.show({
    id,
    color: 'ink',
    withBorder: true,
    autoClose: 10_000,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <span>{message}</span>
        <Button variant="default" onClick={onClick} flex="none">
          Undo
        </Button>
      </Group>
    ),
  })
}
