'use client'

import { Anchor, Select, Textarea } from '@mantine/core'
import { useState } from 'react'
import { usePrompts } from '@/components/hooks/use-prompts'
import type { ParamInfo } from '@/lib/contracts/compute'
import type { PromptInfo, PromptVersion } from '@/lib/contracts/prompts'

interface PromptFieldProps {
  param: ParamInfo
  /** A prompt of the program, `rubric` for all rubrics, or `evolve` for the text of any prompt of evolvers. */
  promptId: string
  values: Record<string, unknown>
  onText(text: string): void
  onVersion(params: Record<string, unknown>): void
}

const PASTED = 'pasted'

interface Choice {
  value: string
  label: string
  version: PromptVersion
}

/** Kinds that a field may offer all prompts of. */
const KINDS = ['rubric', 'evolve']

function choicesOf(prompts: readonly PromptInfo[], promptId: string): Choice[] {
  const isKind = KINDS.includes(promptId)
  return prompts
    .filter((prompt) => (isKind ? prompt.kind === promptId : prompt.id === promptId))
    .flatMap((prompt) =>
      prompt.versions.map((version) => ({
        value: version.hash,
        label: [
          isKind ? `${prompt.name}, ${version.version}` : `Version ${version.version}`,
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
  const isAny = promptId === 'evolve'
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
  const isRubric = promptId === 'rubric'
  const name = prompts?.find((prompt) => prompt.id === promptId)?.name
  return (
    <div>
      <Select
        label={isRubric ? 'Rubric' : isAny ? 'Own prompt' : (name ?? 'Prompt')}
        description={
          <>
            {isRubric || isAny
              ? param.description
              : 'Its text is part of the definition of the run.'}{' '}
            <Anchor
              href={`/prompts${isRubric || isAny ? '' : `?prompt=${promptId}`}`}
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
          ...(isRubric ? [] : [{ value: PASTED, label: 'Pasted text' }]),
        ]}
        value={shown}
        onChange={(value) => {
          setIsPasting(value === PASTED)
          const chosen = choices.find((choice) => choice.value === value)?.version
          if (chosen?.params) onVersion(chosen.params)
        }}
      />
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
