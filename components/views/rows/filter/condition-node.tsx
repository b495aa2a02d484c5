'use client'

import { Button, Checkbox, Group, Select, Stack, Text } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconCopy, IconGripVertical, IconX } from '@tabler/icons-react'
import type { DragEvent } from 'react'
import { byGroup } from '@/components/ui/by-group'
import { formatCount } from '@/lib/contracts/format'
import { ToolButton } from '@/components/ui/tool-button'
import type { Atom, Condition } from '@/lib/contracts/condition'
import {
  shownParts,
  unwrap,
  wrap,
  type ConditionPath,
  type ShownCondition,
} from '@/lib/contracts/condition-tree'
import type { ConditionCount } from '@/lib/contracts/facets'
import type { RowFilter } from '@/lib/contracts/filter'
import type { StudyDetail } from '@/lib/contracts/study'
import { AtomEditor } from './conditions'
import classes from './builder.module.css'

/** Changes of the tree by place. */
export interface TreeActions {
  replace(path: ConditionPath, next: Condition | null): void
  insert(path: ConditionPath, added: Condition): void
  move(from: ConditionPath, to: ConditionPath): void
  step(path: ConditionPath, direction: 1 | -1): void
  canStep(path: ConditionPath, direction: 1 | -1): boolean
}

interface NodeProps {
  detail: StudyDetail
  filter: RowFilter
  condition: Condition
  path: ConditionPath
  actions: TreeActions
  offered: readonly { group: string; label: string; atom: Atom }[]
  counts: readonly ConditionCount[] | undefined
}

// A type of its own, so that nothing else that is dragged over the page is taken for a condition.
const DRAG_TYPE = 'application/x-evolens-condition'

const JOINS = [
  { value: 'all', label: 'all of' },
  { value: 'any', label: 'any of' },
  { value: 'none', label: 'none of' },
  { value: 'notAll', label: 'not all of' },
]

function joinOf({ isNot, core }: ShownCondition): string {
  if ('any' in core) return isNot ? 'none' : 'any'
  return isNot ? 'notAll' : 'all'
}

function joined(shown: ShownCondition, join: string, parts: Condition[]): Condition {
  const isNot = join === 'none' || join === 'notAll'
  const core = join === 'any' || join === 'none' ? { any: parts } : { all: parts }
  return wrap({ ...shown, isNot, core })
}

/** Takes a dragged condition and puts it before the one that it is dropped on. */
function dropProps(path: ConditionPath, { move }: TreeActions) {
  const isOurs = (event: DragEvent) => event.dataTransfer.types.includes(DRAG_TYPE)
  return {
    onDragOver: (event: DragEvent) => {
      if (isOurs(event)) event.preventDefault()
    },
    onDrop: (event: DragEvent) => {
      if (!isOurs(event)) return
      event.preventDefault()
      event.stopPropagation()
      move(JSON.parse(event.dataTransfer.getData(DRAG_TYPE)) as number[], path)
    },
  }
}

/** What is done to a condition as a whole. */
function Tools({ condition, path, actions }: Pick<NodeProps, 'condition' | 'path' | 'actions'>) {
  const shown = unwrap(condition)
  return (
    <Group gap={2} wrap="nowrap" ml="auto">
      <Checkbox
        size="xs"
        label="on"
        checked={!shown.isOff}
        onChange={() => actions.replace(path, wrap({ ...shown, isOff: !shown.isOff }))}
      />
      <ToolButton
        label="Move up"
        icon={IconArrowUp}
        isPossible={actions.canStep(path, -1)}
        run={() => actions.step(path, -1)}
      />
      <ToolButton
        label="Move down"
        icon={IconArrowDown}
        isPossible={actions.canStep(path, 1)}
        run={() => actions.step(path, 1)}
      />
      <ToolButton label="Duplicate" icon={IconCopy} run={() => actions.insert(path, condition)} />
      <ToolButton label="Remove" icon={IconX} run={() => actions.replace(path, null)} />
    </Group>
  )
}

function Grip({ path }: { path: ConditionPath }) {
  return (
    <span
      className={classes.grip}
      draggable
      title="Drag to move"
      onDragStart={(event) => event.dataTransfer.setData(DRAG_TYPE, JSON.stringify(path))}
    >
      <IconGripVertical size={14} aria-hidden />
    </span>
  )
}

function SingleCondition(props: NodeProps & { atom: Atom }) {
  const { detail, filter, condition, path, actions, counts, atom } = props
  const shown = unwrap(condition)
  const count = counts?.find((one) => one.path.join() === path.join())
  return (
    <div className={classes.line} data-off={shown.isOff} {...dropProps(path, actions)}>
      <Group gap={6}>
        <Grip path={path} />
        <Checkbox
          size="xs"
          label="not"
          checked={shown.isNot}
          onChange={() => actions.replace(path, wrap({ ...shown, isNot: !shown.isNot }))}
        />
        <AtomEditor
          {...{ detail, filter, atom }}
          onChange={(core) => actions.replace(path, wrap({ ...shown, core }))}
        />
        <Tools {...{ condition, path, actions }} />
      </Group>
      {count && count.alone !== null && count.without !== null ? (
        <Text size="xs" c="dimmed" pl={20}>
          By itself {formatCount(count.alone)} rows; without it the filter keeps{' '}
          {formatCount(count.without)}
        </Text>
      ) : null}
    </div>
  )
}

/** One condition or group of the tree with everything inside it. */
export function ConditionNode(props: NodeProps) {
  const { condition, path, actions, offered } = props
  const shown = unwrap(condition)
  if ('is' in shown.core) return <SingleCondition {...props} atom={shown.core} />
  const parts = shownParts(condition)
  const isRoot = path.length === 0
  const end = [...path, parts.length]
  return (
    <div className={isRoot ? undefined : classes.group} data-off={shown.isOff}>
      {isRoot && parts.length === 0 ? null : (
        <Group gap={6} {...(isRoot ? {} : dropProps(path, actions))}>
          {isRoot ? null : <Grip path={path} />}
          <Select
            aria-label="How these conditions are joined"
            size="xs"
            w={110}
            allowDeselect={false}
            comboboxProps={{ withinPortal: false }}
            data={JOINS}
            value={joinOf(shown)}
            onChange={(join) => actions.replace(path, joined(shown, join ?? 'all', parts))}
          />
          {isRoot ? null : <Tools {...{ condition, path, actions }} />}
        </Group>
      )}
      <Stack gap={6} className={isRoot ? undefined : classes.inside}>
        {parts.map((part, k) => (
          <ConditionNode key={k} {...props} condition={part} path={[...path, k]} />
        ))}
        <Group gap={6} {...dropProps(end, actions)}>
          <Select
            aria-label="Add a condition"
            placeholder="Add a condition"
            size="xs"
            flex={1}
            searchable
            comboboxProps={{ withinPortal: false }}
            nothingFoundMessage="No condition has this name."
            data={byGroup(offered).map(([group, ofGroup]) => ({
              group,
              items: ofGroup.map((one) => ({
                value: String(offered.indexOf(one)),
                label: one.label,
              })),
            }))}
            value={null}
            onChange={(at) => {
              const added = at === null ? undefined : offered[Number(at)]
              if (added) actions.insert(end, added.atom)
            }}
          />
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => actions.insert(end, { any: [] })}
          >
            Add a group
          </Button>
        </Group>
      </Stack>
    </div>
  )
}
