'use client'

import { Button, CopyButton, FileButton, Group, Menu, TextInput } from '@mantine/core'
import {
  IconBookmark,
  IconDownload,
  IconFileImport,
  IconLink,
  IconTrash,
} from '@tabler/icons-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useStudy } from '@/components/hooks/use-studies'
import {
  useCheckView,
  useDeleteView,
  useSavedViews,
  useSaveView,
  viewFileUrl,
} from '@/components/hooks/use-views'
import { notifyDone, notifyError, notifyUndo } from '@/components/ui/notify'
import { DEFAULT_OWN, shownMetrics } from '@/components/views/rows/table/row-columns'
import { LIMITS } from '@/lib/contracts/limits'
import type { StudyDetail } from '@/lib/contracts/study'
import {
  missingText,
  stateOfAddress,
  viewAddress,
  type CheckedView,
  type PageState,
  type SavedView,
} from '@/lib/contracts/views'
import classes from './frame.module.css'
import { STUDY_PAGES } from './pages'

const pageName = ({ page }: PageState) => STUDY_PAGES.find(({ id }) => id === page)?.label ?? page

/** What the page shows. A study's usual columns become columns by name, since other runs would change which they are. */
function shownState(detail: StudyDetail | undefined): PageState | null {
  const state = stateOfAddress(window.location.href)
  if (!detail || state?.page !== 'rows') return state
  const usual = {
    cols: shownMetrics(detail, null)
      .map(({ id }) => id)
      .join(),
    fields: DEFAULT_OWN.join(),
  }
  return { ...state, params: { ...usual, ...state.params } }
}

interface ViewLineProps {
  studyId: string
  view: SavedView
  onOpen(state: PageState): void
  onRemove(view: SavedView): void
}

function ViewLine({ studyId, view, onOpen, onRemove }: ViewLineProps) {
  const { state } = view
  return (
    <Group gap={0} wrap="nowrap">
      <Menu.Item
        closeMenuOnClick
        disabled={state === null}
        onClick={() => state && onOpen(state)}
        aria-label={view.name}
        rightSection={<span className="ev-dim">{state ? pageName(state) : 'cannot be read'}</span>}
        flex={1}
        miw={0}
      >
        <span className={classes.chipText} dir="auto">
          {view.name}
        </span>
      </Menu.Item>
      {state ? (
        <Menu.Item
          component="a"
          href={viewFileUrl(studyId, view.id)}
          download={`${view.name}.view.json`}
          w={36}
          px={8}
          aria-label={`Download the view ${view.name}`}
        >
          <IconDownload size={14} />
        </Menu.Item>
      ) : null}
      <Menu.Item
        w={36}
        px={8}
        aria-label={`Remove the view ${view.name}`}
        onClick={() => onRemove(view)}
      >
        <IconTrash size={14} />
      </Menu.Item>
    </Group>
  )
}

/** Says what of a view file this study cannot show. */
function sayLeftOut({ name, from, missing }: CheckedView): void {
  const parts = [
    ...(from === null ? [] : [`It was saved in the study "${from}".`]),
    ...(missing.length === 0 ? [] : [`Left out, as this study has ${missingText(missing)}.`]),
  ]
  const message = [`Opened the view "${name}".`, ...parts].join(' ')
  notifyDone(message, { stays: missing.length > 0 })
}

/** Named views of a study: what its pages showed, each under a name, to be returned to, linked or sent as a file. */
export function ViewsMenu({ studyId }: { studyId: string }) {
  const router = useRouter()
  const [name, setName] = useState('')
  const [isOpen, setOpen] = useState(false)
  const { data: detail } = useStudy(studyId)
  const { data: views } = useSavedViews(studyId)
  const save = useSaveView(studyId)
  const remove = useDeleteView(studyId)
  const check = useCheckView(studyId)
  const open = (state: PageState) => router.push(viewAddress(studyId, state))

  const saveView = () => {
    const state = shownState(detail)
    if (!state) return
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
  }
  const removeView = ({ id, name: removed, state }: SavedView) =>
    remove.mutate(id, {
      onSuccess: () =>
        state
          ? notifyUndo(`The view "${removed}" was removed.`, () =>
              save.mutate({ name: removed, state }),
            )
          : notifyDone(`The view "${removed}" was removed.`),
      onError: (error) => notifyError('The view was not removed', error),
    })
  const openFile = async (file: File | null) => {
    if (!file) return
    check.mutate(
      { text: await file.text() },
      {
        onSuccess: (checked) => {
          setOpen(false)
          open(checked.state)
          sayLeftOut(checked)
        },
        onError: (error) => notifyError('The view was not opened', error),
      },
    )
  }

  return (
    <Menu
      position="bottom-end"
      width={340}
      closeOnItemClick={false}
      opened={isOpen}
      onChange={setOpen}
    >
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          visibleFrom="xs"
          leftSection={<IconBookmark size={14} />}
        >
          Views
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={480} className={classes.menu}>
        {views?.map((view) => (
          <ViewLine key={view.id} {...{ studyId, view }} onOpen={open} onRemove={removeView} />
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
            placeholder="Name of what this page shows"
            maxLength={LIMITS.viewName}
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
        <CopyButton value={typeof location === 'undefined' ? '' : location.href}>
          {({ copied, copy }) => (
            <Menu.Item leftSection={<IconLink size={14} />} onClick={copy}>
              {copied ? 'Copied' : 'Copy a link to this page'}
            </Menu.Item>
          )}
        </CopyButton>
        <FileButton accept=".json" onChange={(file) => void openFile(file)}>
          {(props) => (
            <Menu.Item {...props} leftSection={<IconFileImport size={14} />}>
              Open a view file
            </Menu.Item>
          )}
        </FileButton>
      </Menu.Dropdown>
    </Menu>
  )
}
