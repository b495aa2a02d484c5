'use client'

import { Button, Menu, Select, Switch, Text } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCopy, IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import {
  useDeletePromptVersion,
  useDeleteRubric,
  useRestorePromptVersions,
} from '@/components/hooks/use-prompts'
import { DASH, formatDateTime, plural, shortHash } from '@/lib/contracts/format'
import { notifyDone, notifyError, notifyUndo } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { Table, type Column } from '@/components/ui/table'
import { isOwnQuestion, type PromptInfo, type PromptVersion } from '@/lib/contracts/prompts'
import { saveFile, svgToPng } from '@/components/figures/frame/download'
import { copyOf, editOf, type Draft } from './draft'
import { cardSvg, cardText } from './prompt-card'
import { PromptDiff } from './prompt-diff'
import { PromptUses } from './prompt-uses'
import { PromptPreview } from './prompt-preview'
import classes from './prompts.module.css'
import { cardMarkdown, promptCard, scaleText, usedBy } from '@/lib/contracts/prompt-text'

interface PromptDetailProps {
  prompt: PromptInfo
  version: PromptVersion
  onSelect(hash: string): void
  onEdit(draft: Draft): void
}

function Versions({ prompt, version, onSelect }: Omit<PromptDetailProps, 'onEdit'>) {
  const columns: Column<PromptVersion>[] = [
    {
      name: 'Version',
      cell: (one) => (
        <Button
          variant={one === version ? 'filled' : 'default'}
          size="compact-xs"
          aria-pressed={one === version}
          onClick={() => onSelect(one.hash)}
        >
          {one.version}
        </Button>
      ),
    },
    { name: 'Hash', kind: 'code', hint: ({ hash }) => hash, cell: ({ hash }) => shortHash(hash) },
    { name: 'Note', cell: ({ note }) => note || DASH },
    { name: 'Runs that use it', kind: 'number', cell: ({ uses }) => uses.length },
    {
      name: 'Created',
      kind: 'line',
      cell: ({ createdAt }) => (createdAt === null ? DASH : formatDateTime(createdAt)),
    },
  ]
  return (
    <Table
      label="Versions"
      columns={columns}
      rows={prompt.versions}
      keyOf="hash"
      isSelected={(one) => one === version}
    />
  )
}

/** Saves the card of a version: what it is, its hash, and its text. */
function CardMenu({ prompt, version }: Pick<PromptDetailProps, 'prompt' | 'version'>) {
  const name = `${prompt.id}-${shortHash(version.hash)}`
  const clipboard = useClipboard()
  const markdown = () => cardMarkdown(promptCard(prompt, version), usedBy(version))
  const savePicture = async () => {
    try {
      const { hash } = version
      const record = {
        title: prompt.id,
        description: cardText(prompt, version),
        json: JSON.stringify({ prompt: prompt.id, hash }),
      }
      saveFile(`${name}.png`, await svgToPng(cardSvg(prompt, version), record, 2))
    } catch (error) {
      notifyError('The picture was not made', error)
    }
  }
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default">Export</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          onClick={() =>
            saveFile(`${name}.txt`, new Blob([cardText(prompt, version)], { type: 'text/plain' }))
          }
        >
          Text
        </Menu.Item>
        <Menu.Item
          onClick={() =>
            saveFile(`${name}.svg`, new Blob([cardSvg(prompt, version)], { type: 'image/svg+xml' }))
          }
        >
          SVG
        </Menu.Item>
        <Menu.Item onClick={() => void savePicture()}>PNG</Menu.Item>
        <Menu.Item
          onClick={() => saveFile(`${name}.md`, new Blob([markdown()], { type: 'text/markdown' }))}
        >
          Markdown
        </Menu.Item>
        <Menu.Item
          onClick={() => {
            clipboard.copy(markdown())
            notifyDone('Copied as Markdown.')
          }}
        >
          Copy as Markdown
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
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
  const isOwn = isOwnQuestion(prompt.kind)
  const isDeletable = isOwn && prompt.versions.every((one) => one.id !== null)

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
        notifyUndo(`${prompt.name} was deleted. Its runs keep their details.`, () =>
          undo(versionIds),
        ),
      onError: (error) => notifyError(`The ${prompt.kind} was not deleted`, error),
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
                {isOwn ? 'Duplicate' : 'Copy as a rubric'}
              </Button>
            ) : null}
            {isDeletable ? (
              <Button variant="default" loading={removeRubric.isPending} onClick={deleteRubric}>
                Delete the {prompt.kind}
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
        <Text size="sm" c="dimmed">
          Placeholders: {prompt.allowed.map((name) => `{${name}}`).join(', ')}. Reply:{' '}
          {prompt.contract} {version.scale ? `Scale: ${scaleText(version.scale)}.` : ''}
        </Text>
        <Versions prompt={prompt} version={version} onSelect={onSelect} />
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
            <CardMenu prompt={prompt} version={version} />
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
            <Text size="sm" c="dimmed">
              From version {parent.version} to version {version.version}.
              {JSON.stringify(parent.scale) === JSON.stringify(version.scale) ||
              !parent.scale ||
              !version.scale
                ? ''
                : ` The scale was ${scaleText(parent.scale)}, now ${scaleText(version.scale)}.`}
            </Text>
            <PromptDiff before={parent.template} after={version.template} />
          </>
        ) : (
          <pre className={`ev-panel ${classes.text}`} dir="auto">
            {version.template}
          </pre>
        )}
      </Section>
      <PromptUses version={version} />
      <PromptPreview
        key={prompt.id}
        draft={{
          promptId: isOwn ? null : prompt.id,
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
