'use client'

import { Button, Group, Menu, Popover, TextInput } from '@mantine/core'
import {
  IconCircleCheck,
  IconEraser,
  IconNote,
  IconStar,
  IconTag,
  IconTrash,
} from '@tabler/icons-react'
import { useState } from 'react'
import { useDecide, useTurnDecision, type Decision } from '@/components/hooks/use-decisions'
import { formatCount, plural } from '@/lib/contracts/format'
import { notifyDone, notifyError, notifyUndo } from '@/components/ui/notify'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import { decisionText } from '@/lib/contracts/decisions'
import type { RowFilter } from '@/lib/contracts/filter'
import { LIMITS } from '@/lib/contracts/limits'
import { OnlyPicked } from '../filter/only-picked'
import classes from '../rows.module.css'
import type { PickedRows } from './use-picked-rows'

const MARKS = [
  { kind: 'star', label: 'Star', icon: IconStar },
  { kind: 'keep', label: 'Keep', icon: IconCircleCheck },
  { kind: 'drop', label: 'Exclude', icon: IconTrash },
] as const
const TEXTS = [
  { kind: 'tag', label: 'Tag', icon: IconTag, most: LIMITS.word },
  { kind: 'note', label: 'Note', icon: IconNote, most: LIMITS.note },
] as const

interface TextMarkProps {
  mark: (typeof TEXTS)[number]
  isOpen: boolean
  onOpen(isOpen: boolean): void
  onDecide(decision: Decision): void
}

/** A tag or a note for all selected rows, typed in a field under its button. */
function TextMark({ mark, isOpen, onOpen, onDecide }: TextMarkProps) {
  const { kind, label, icon: MarkIcon, most } = mark
  const [text, setText] = useState('')
  const decide = (removes: boolean) => {
    onDecide({ kind, value: text.trim(), removes })
    setText('')
    onOpen(false)
  }
  return (
    <Popover opened={isOpen} onChange={onOpen} width={300} trapFocus position="bottom-start">
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<MarkIcon size={14} />}
          onClick={() => onOpen(!isOpen)}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`${label} the selected rows`}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (text.trim()) decide(false)
          }}
        >
          <TextInput
            label={kind === 'tag' ? 'Tag of your own' : 'Note on each row'}
            value={text}
            maxLength={most}
            data-autofocus
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Group mt={8} gap="xs">
            <Button type="submit" size="compact-sm" disabled={text.trim() === ''}>
              Save
            </Button>
            {kind === 'tag' ? (
              <Button
                variant="subtle"
                size="compact-sm"
                disabled={text.trim() === ''}
                onClick={() => decide(true)}
              >
                Remove this tag
              </Button>
            ) : null}
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}

interface PickedBarProps {
  studyId: string
  picked: PickedRows
  filter: RowFilter
  /** Rows that the filter shows. */
  total: number
  onAll(): void
}

/** Decisions on all selected rows; each is one entry of the log and can be undone in one step. */
export function PickedBar({ studyId, picked, filter, total, onAll }: PickedBarProps) {
  const decide = useDecide(studyId)
  const undo = useTurnDecision(studyId, 'undo')
  const [reason, setReason] = useState('')
  const [open, setOpen] = useState<string | null>(null)
  const count = picked.isAll ? total : picked.rows.length

  const mark = (decision: Decision) =>
    decide.mutate(
      {
        ...decision,
        reason: reason.trim() || null,
        ...(picked.isAll ? { filter } : { rows: [...picked.rows] }),
      },
      {
        onError: (error) => notifyError('The rows were not marked', error),
        onSuccess: ({ no, rows }) => {
          const done = decisionText(decision.kind, decision.removes ?? false)
          if (no === null) notifyDone(`Nothing to do: no selected row changes.`)
          else {
            notifyUndo(`${plural(rows, 'row')}: ${done}.`, () =>
              undo.mutate(no, {
                onError: (error) => notifyError('The decision was not undone', error),
              }),
            )
          }
          setReason('')
          picked.clear()
        },
      },
    )
  useShortcut(KEYS.starPicked, () => mark({ kind: 'star' }))
  useShortcut(KEYS.keepPicked, () => mark({ kind: 'keep' }))
  useShortcut(KEYS.dropPicked, () => mark({ kind: 'drop' }))
  useShortcut(KEYS.tagPicked, () => setOpen('tag'))
  useShortcut(KEYS.notePicked, () => setOpen('note'))
  useShortcut(KEYS.leavePicked, picked.clear)

  return (
    <div className={classes.picked} role="region" aria-label="Selected rows">
      <strong role="status">{plural(count, 'row')} selected</strong>
      {picked.isAll || total <= count ? null : (
        <Button variant="subtle" size="compact-sm" onClick={onAll}>
          Select all {formatCount(total)} that the filter shows
        </Button>
      )}
      {MARKS.map(({ kind, label, icon: MarkIcon }) => (
        <Button
          key={kind}
          variant="default"
          leftSection={<MarkIcon size={14} />}
          loading={decide.isPending}
          onClick={() => mark({ kind })}
        >
          {label}
        </Button>
      ))}
      {TEXTS.map((one) => (
        <TextMark
          key={one.kind}
          mark={one}
          isOpen={open === one.kind}
          onOpen={(isOpen) => setOpen(isOpen ? one.kind : null)}
          onDecide={mark}
        />
      ))}
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" leftSection={<IconEraser size={14} />}>
            Remove
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {[...MARKS, TEXTS[1]].map(({ kind, label }) => (
            <Menu.Item key={kind} onClick={() => mark({ kind, removes: true })}>
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <TextInput
        aria-label="Reason, for the log of decisions"
        placeholder="Why (optional)"
        value={reason}
        maxLength={LIMITS.reason}
        w={180}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <OnlyPicked picked={picked} />
      <Button variant="subtle" onClick={picked.clear}>
        Deselect
      </Button>
    </div>
  )
}
