'use client'

import { Anchor, Select, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { usePrompts } from '@/components/hooks/use-prompts'
import type { ParamInfo } from '@/lib/contracts/compute'
import {
  isOwnQuestion,
  promptScaleSchema,
  RUBRIC_NAME,
  type PromptInfo,
  type PromptVersion,
} from '@/lib/contracts/prompts'
import { ScaleFields } from './scale-fields'

interface PromptFieldProps {
  param: ParamInfo
  /** A prompt of the program, the sort of the user's own questions (all are offered), or `evolve` for any prompt of evolvers. */
  promptId: string
  values: Record<string, unknown>
  onText(text: string): void
  onVersion(params: Record<string, unknown>): void
}

const PASTED = 'pasted'
const OWN = { rubric: 'Rubric', column: 'Question' } as const

interface Choice {
  value: string
  label: string
  version: PromptVersion
}

// Stands for the text of any prompt of evolvers.
const EVOLVE = 'evolve'

function choicesOf(prompts: readonly PromptInfo[], promptId: string): Choice[] {
  const isOneOfKind = isOwnQuestion(promptId) || promptId === EVOLVE
  return prompts
    .filter((prompt) => (isOneOfKind ? prompt.kind : prompt.id) === promptId)
    .flatMap((prompt) =>
      prompt.versions.map((version) => ({
        value: version.hash,
        label: [
          isOneOfKind ? `${prompt.name}, ${version.version}` : `Version ${version.version}`,
          version.id === null ? 'built in' : version.note,
        ]
          .filter(Boolean)
          .join(', '),
        version,
      })),
    )
}

/** Chooses a stored version of a prompt, or takes a pasted text; the text goes into the definition either way. */
export function PromptField({ param, promptId, values, onText, onVersion }: PromptFieldProps) {
  const { data: prompts } = usePrompts()
  const isAny = promptId === EVOLVE
  const choices = choicesOf(prompts ?? [], promptId).map(({ version, ...choice }) => ({
    ...choice,
    version: isAny ? { ...version, params: { [param.name]: version.template } } : version,
  }))
  const text = values[param.name]
  const [isPasting, setIsPasting] = useState(false)
  const same = choices.find(({ version }) => {
    const own = version.params ?? {}
    return Object.entries(own).every(
      ([name, value]) =>
        JSON.stringify(value) ===
        JSON.stringify(values[name] ?? (name === param.name ? param.default : value)),
    )
  })
  const shown = isPasting
    ? PASTED
    : (same?.value ?? (text ? PASTED : (choices.at(-1)?.value ?? null)))
  const isOwn = isOwnQuestion(promptId)
  // Without a scale of its own a pasted question is answered as the one that comes with the program.
  const scale = promptScaleSchema.safeParse(values['scale'] ?? choices[0]?.version.scale).data
  const name = prompts?.find((prompt) => prompt.id === promptId)?.name
  return (
    <div>
      <Select
        label={isOwn ? OWN[promptId] : isAny ? 'Own prompt' : (name ?? 'Prompt')}
        description={
          <>
            {isOwn || isAny ? param.description : 'Its text is part of the definition of the run.'}{' '}
            <Anchor
              href={`/prompts${isOwn || isAny ? '' : `?prompt=${promptId}`}`}
              target="_blank"
              size="xs"
            >
              Read and edit prompts
            </Anchor>
          </>
        }
        allowDeselect={false}
        data={[
          ...choices.map(({ value, label }) => ({ value, label })),
          { value: PASTED, label: 'Pasted text' },
        ]}
        value={shown}
        onChange={(value) => {
          setIsPasting(value === PASTED)
          const chosen = choices.find((choice) => choice.value === value)?.version
          if (chosen?.params) onVersion(chosen.params)
        }}
      />
      {shown === PASTED && isOwn ? (
        <TextInput
          mt={4}
          label="Name"
          description="Name of the resulting column."
          maxLength={RUBRIC_NAME}
          value={typeof values['name'] === 'string' ? values['name'] : ''}
          onChange={(event) => onVersion({ name: event.currentTarget.value })}
        />
      ) : null}
      {shown === PASTED && isOwn && scale ? (
        <ScaleFields scale={scale} onChange={(next) => onVersion({ scale: next })} />
      ) : null}
      {shown === PASTED ? (
        <Textarea
          mt={4}
          aria-label="Text of the prompt"
          description={param.description}
          autosize
          minRows={4}
          maxRows={12}
          styles={{ input: { fontFamily: 'var(--ev-mono)', fontSize: '0.8125rem' } }}
          value={typeof text === 'string' ? text : ''}
          onChange={(event) => onText(event.currentTarget.value)}
        />
      ) : null}
    </div>
  )
}
