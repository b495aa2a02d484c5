'use client'

import { Button, Group, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useSavePrompt } from '@/components/hooks/use-prompts'
import { notifyDone } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { ErrorState } from '@/components/ui/states'
import {
  isRating,
  PROMPT_CHARACTERS,
  RUBRIC_NAME,
  type PromptInfo,
  type PromptVersion,
} from '@/lib/contracts/prompts'
import { ScaleFields } from '@/components/fields/scale-fields'
import { isChanged, type Draft } from './draft'
import { PromptDiff } from './prompt-diff'
import { PromptPreview } from './prompt-preview'
import classes from './prompts.module.css'
import { TemplateChecks, templateProblem } from './template-checks'

interface PromptEditorProps {
  draft: Draft
  /** null = a new question of the user's own. */
  prompt: PromptInfo | null
  /** Version that the draft began as. */
  parent: PromptVersion | null
  allowed: readonly string[]
  onChange(draft: Draft): void
  onDiscard(): void
  onSaved(prompt: PromptInfo): void
}

function scaleProblem({ scale }: Draft): string | null {
  if (!scale || scale.kind === 'tags' || scale.kind === 'text') return null
  if (scale.kind === 'integers' || scale.kind === 'number') {
    const isRange = (scale.min ?? -Infinity) < (scale.max ?? Infinity)
    return isRange ? null : 'The end of the scale must be above its start.'
  }
  const [words, what] =
    scale.kind === 'labels' ? [scale.labels, 'labels'] : [scale.choices, 'choices']
  if (words.length < 2) return `A question needs at least two ${what}.`
  const plain = words.map((word) => word.toLowerCase())
  return new Set(plain).size === plain.length ? null : `Two ${what} are the same.`
}

/** Writes a new version of a prompt, or a question of the user's own, with checks, difference and preview while typing. */
export function PromptEditor(props: PromptEditorProps) {
  const { draft, prompt, parent, allowed, onChange, onDiscard, onSaved } = props
  const save = useSavePrompt()
  const [isDiff, setIsDiff] = useState(true)
  const required = prompt?.required ?? []
  const isOwn = draft.scale !== null
  const what = draft.scale && !isRating(draft.scale) ? 'column' : 'rubric'
  const needsOneOf = isOwn ? ['instruction', 'response'] : []
  const set = (patch: Partial<Draft>) => {
    save.reset()
    onChange({ ...draft, ...patch })
  }
  const nameProblem = isOwn && draft.name.trim() === '' ? `Name the ${what}.` : null
  const problem =
    templateProblem(draft.template, required, allowed, needsOneOf) ?? scaleProblem(draft)
  const changed = draft.promptId === null || isChanged(draft, parent)
  const isReady = problem === null && nameProblem === null && changed

  return (
    <div className={classes.detail}>
      <Section
        title={prompt && draft.promptId ? `New version of ${prompt.name}` : `New ${what}`}
        note={
          parent
            ? `based on version ${parent.version}, which stays unchanged`
            : 'your own question to a judge model'
        }
        actions={
          <>
            <Button variant="default" onClick={onDiscard}>
              Discard
            </Button>
            <Button
              disabled={!isReady}
              loading={save.isPending}
              title={problem ?? nameProblem ?? (changed ? undefined : 'No changes yet.')}
              onClick={() =>
                save.mutate(draft, {
                  onSuccess: (saved) => {
                    notifyDone(`Saved as version ${saved.versions[0]?.version ?? ''}.`)
                    onSaved(saved)
                  },
                })
              }
            >
              {draft.promptId === null ? `Save the ${what}` : 'Save as a new version'}
            </Button>
          </>
        }
      >
        {save.error ? <ErrorState error={save.error} what="The text was not saved" /> : null}
        <Stack gap="sm">
          <Group gap="md" align="flex-start">
            {isOwn ? (
              <TextInput
                label="Name"
                description="Name of the resulting column."
                w={260}
                maxLength={RUBRIC_NAME}
                value={draft.name}
                onChange={(event) => set({ name: event.currentTarget.value })}
              />
            ) : null}
            <TextInput
              label="Note"
              description="Reason for this version, shown in the list of versions."
              w={340}
              maxLength={200}
              value={draft.note}
              onChange={(event) => set({ note: event.currentTarget.value })}
            />
          </Group>
          {draft.scale ? (
            <ScaleFields scale={draft.scale} onChange={(scale) => set({ scale })} />
          ) : null}
          <Textarea
            label="Text"
            description={`Placeholders: ${allowed.map((name) => `{${name}}`).join(', ')}. Sent as one user message.`}
            autosize
            minRows={10}
            maxRows={28}
            maxLength={PROMPT_CHARACTERS}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--ev-mono)', fontSize: '0.8125rem' } }}
            value={draft.template}
            onChange={(event) => set({ template: event.currentTarget.value })}
          />
          <TemplateChecks
            template={draft.template}
            required={required}
            allowed={allowed}
            needsOneOf={needsOneOf}
            onReplace={(template) => set({ template })}
          />
          {scaleProblem(draft) ? <Text c="var(--ev-error)">{scaleProblem(draft)}</Text> : null}
        </Stack>
      </Section>
      {parent ? (
        <Section
          title="What changed"
          actions={
            <Switch
              label={`Compare with version ${parent.version}`}
              checked={isDiff}
              onChange={(event) => setIsDiff(event.currentTarget.checked)}
            />
          }
        >
          {isDiff && isChanged(draft, parent) ? (
            <PromptDiff before={parent.template} after={draft.template} />
          ) : null}
          {isDiff && !isChanged(draft, parent) ? <Text c="dimmed">No changes yet.</Text> : null}
        </Section>
      ) : null}
      <PromptPreview
        draft={{ ...draft, promptId: isOwn ? null : draft.promptId }}
        allowed={allowed}
        problem={problem}
      />
    </div>
  )
}
