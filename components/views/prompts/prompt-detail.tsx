'use client'

import { Button, Group, Select, Switch } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCopy, IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import {
  useDeletePromptVersion,
  useDeleteRubric,
  useRestorePromptVersions,
} from '@/components/hooks/use-prompts'
import { DASH, formatDateTime, plural, shortHash } from '@/components/ui/format'
import { notifyDone, notifyError, notifyUndo } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { ScrollRegion } from '@/components/ui/scroll-region'
import type { PromptInfo, PromptVersion } from '@/lib/contracts/prompts'
import { copyOf, editOf, type Draft } from './draft'
import { PromptDiff } from './prompt-diff'
import { PromptPreview } from './prompt-preview'
import classes from './prompts.module.css'
import { scaleText } from './scale-fields'

interface PromptDetailProps {
  prompt: PromptInfo
  version: PromptVersion
  onSelect(hash: string): void
  onEdit(draft: Draft): void
}

function Versions({ prompt, version, onSelect }: Omit<PromptDetailProps, 'onEdit'>) {
  return (
    <ScrollRegion label="Versions">
      <table className="ev-table">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Hash</th>
            <th scope="col">Note</th>
            <th scope="col" className="ev-num">
              Cards that name it
            </th>
            <th scope="col">Written</th>
          </tr>
        </thead>
        <tbody>
          {prompt.versions.map((one) => (
            <tr key={one.hash} style={{ background: one === version ? 'var(--ev-selected)' : '' }}>
              <td>
                <Button
                  variant={one === version ? 'filled' : 'default'}
                  size="compact-xs"
                  aria-pressed={one === version}
                  onClick={() => onSelect(one.hash)}
                >
                  {one.version}
                </Button>
              </td>
              <td className="ev-mono" title={one.hash}>
                {shortHash(one.hash)}
              </td>
              <td dir="auto">{one.note || DASH}</td>
              <td className="ev-num">{one.uses}</td>
              <td style={{ whiteSpace: 'nowrap' }}>
                {one.createdAt === null ? DASH : formatDateTime(one.createdAt)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

/** One prompt: its versions, the text of one of them, what changed, and how it reads with rows. */
export function PromptDetail({ prompt, version, onSelect, onEdit }: PromptDetailProps) {
  const clipboard = useClipboard()
  const remove = useDeletePromptVersion()
  const removeRubric = useDeleteRubric()
  const restore = useRestorePromptVersions()
  const [isDiff, setIsDiff] = useState(false)
  const [otherHash, setOtherHash] = useState<string | null>(null)

  const others = prompt.versions.filter((one) => one !== version)
  const parent =
    others.find((one) => one.hash === (otherHash ?? version.parentHash)) ?? others[0] ?? null
  const copy = copyOf(prompt, version)
  const isOwnRubric = prompt.kind === 'rubric' && prompt.versions.every((one) => one.id !== null)

  const undo = (ids: readonly string[]) =>
    restore.mutate(ids, { onError: (error) => notifyError('It was not restored', error) })
  const deleteVersion = (id: string) =>
    remove.mutate(id, {
      onSuccess: () => notifyUndo(`Version ${version.version} was deleted.`, () => undo([id])),
      onError: (error) => notifyError('The version was not deleted', error),
    })
  const deleteRubric = () =>
    removeRubric.mutate(prompt.id, {
      onSuccess: ({ versionIds }) =>
        notifyUndo(`${prompt.name} was deleted. Its runs keep their cards.`, () =>
          undo(versionIds),
        ),
      onError: (error) => notifyError('The rubric was not deleted', error),
    })

  return (
    <div className={classes.detail}>
      <Section
        title={prompt.name}
        note={prompt.purpose}
        actions={
          <>
            {copy ? (
              <Button variant="default" onClick={() => onEdit(copy)}>
                {prompt.kind === 'rubric' ? 'Duplicate' : 'Copy as a rubric'}
              </Button>
            ) : null}
            {isOwnRubric ? (
              <Button variant="default" loading={removeRubric.isPending} onClick={deleteRubric}>
                Delete the rubric
              </Button>
            ) : null}
            <Button
              leftSection={<IconPencil size={14} />}
              onClick={() => onEdit(editOf(prompt, version))}
            >
              Edit as a new version
            </Button>
          </>
        }
      >
        <p className="ev-dim" style={{ margin: 0, fontSize: '0.8125rem' }}>
          Placeholders: {prompt.allowed.map((name) => `{${name}}`).join(', ')}. Reply:{' '}
          {prompt.contract} {version.scale ? `Scale: ${scaleText(version.scale)}.` : ''}
        </p>
        <div className="ev-panel">
          <Versions prompt={prompt} version={version} onSelect={onSelect} />
        </div>
      </Section>
      <Section
        title={`Text of version ${version.version}`}
        note={`${plural(version.template.length, 'character')}, SHA-256 ${shortHash(version.hash)}`}
        actions={
          <>
            {parent ? (
              <Switch
                label="Show what changed"
                checked={isDiff}
                onChange={(event) => setIsDiff(event.currentTarget.checked)}
              />
            ) : null}
            {parent && isDiff && others.length > 1 ? (
              <Select
                aria-label="Compared with"
                w={120}
                data={others.map((one) => ({ value: one.hash, label: one.version }))}
                value={parent.hash}
                onChange={setOtherHash}
              />
            ) : null}
            <Button
              variant="default"
              leftSection={<IconCopy size={14} />}
              onClick={() => {
                clipboard.copy(version.template)
                notifyDone('The text was copied.')
              }}
            >
              Copy text
            </Button>
            {version.id !== null && prompt.versions.length > 1 ? (
              <Button
                variant="default"
                loading={remove.isPending}
                onClick={() => deleteVersion(version.id ?? '')}
              >
                Delete this version
              </Button>
            ) : null}
          </>
        }
      >
        {isDiff && parent ? (
          <>
            <Group gap={4} style={{ fontSize: '0.8125rem' }} className="ev-dim">
              From version {parent.version} to version {version.version}.
              {JSON.stringify(parent.scale) === JSON.stringify(version.scale) ||
              !parent.scale ||
              !version.scale
                ? ''
                : ` The scale was ${scaleText(parent.scale)}, now ${scaleText(version.scale)}.`}
            </Group>
            <PromptDiff before={parent.template} after={version.template} />
          </>
        ) : (
          <pre className={`ev-panel ${classes.text}`} dir="auto">
            {version.template}
          </pre>
        )}
      </Section>
      <PromptPreview
        key={prompt.id}
        draft={{
          promptId: prompt.kind === 'rubric' ? null : prompt.id,
          name: prompt.name,
          template: version.template,
          scale: version.scale,
        }}
        allowed={prompt.allowed}
        problem={null}
      />
    </div>
  )
}
