'use client'

import { Button, Group, Menu, TextInput } from '@mantine/core'
import { IconBookmark, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { SavedView } from '@/lib/contracts/filter'
import { useDeleteView, useSavedViews, useSaveView } from '@/components/hooks/use-views'
import { notifyDone, notifyError, notifyUndo } from '@/components/ui/notify'
import type { ViewState } from '@/lib/contracts/filter'

interface ViewsMenuProps {
  studyId: string
  state: ViewState
  onApply(state: ViewState): void
}

/** Saved filters with their order and columns. */
export function ViewsMenu({ studyId, state, onApply }: ViewsMenuProps) {
  const [name, setName] = useState('')
  const { data: views } = useSavedViews(studyId)
  const save = useSaveView(studyId)
  const remove = useDeleteView(studyId)

  const saveView = () =>
    save.mutate(
      { name: name.trim(), state },
      {
        onSuccess: (view) => {
          setName('')
          notifyDone(`Saved as "${view.name}".`)
        },
        onError: (error) => notifyError('The view was not saved', error),
      },
    )
  const removeView = ({ id, name, state }: SavedView) =>
    remove.mutate(id, {
      onSuccess: () =>
        state
          ? notifyUndo(`The view "${name}" was removed.`, () => save.mutate({ name, state }))
          : notifyDone(`The view "${name}" was removed.`),
      onError: (error) => notifyError('The view was not removed', error),
    })

  return (
    <Menu position="bottom-end" width={280} closeOnItemClick={false}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconBookmark size={14} />}>
          Views
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {views?.map((view) => (
          <Group key={view.id} gap={0} wrap="nowrap">
            <Menu.Item
              closeMenuOnClick
              disabled={view.state === null}
              onClick={() => view.state && onApply(view.state)}
              flex={1}
            >
              <span dir="auto">{view.name}</span>
              {view.state ? null : ' (cannot be read)'}
            </Menu.Item>
            <Menu.Item
              w={36}
              px={8}
              aria-label={`Remove the view ${view.name}`}
              onClick={() => removeView(view)}
            >
              <IconTrash size={14} />
            </Menu.Item>
          </Group>
        ))}
        {views?.length === 0 ? <Menu.Label>No saved view yet</Menu.Label> : null}
        <Menu.Divider />
        <Group
          component="form"
          gap={6}
          p={6}
          wrap="nowrap"
          onSubmit={(event) => {
            event.preventDefault()
            if (name.trim()) saveView()
          }}
        >
          <TextInput
            aria-label="Name of the view"
            placeholder="Name of this view"
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => event.stopPropagation()}
            flex={1}
          />
          <Button
            type="submit"
            variant="default"
            disabled={name.trim() === ''}
            loading={save.isPending}
          >
            Save
          </Button>
        </Group>
      </Menu.Dropdown>
    </Menu>
  )
}
