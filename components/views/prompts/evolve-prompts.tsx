'use client'

import { Anchor, Input, Select, SimpleGrid } from '@mantine/core'
import { usePrompts } from '@/components/hooks/use-prompts'

interface EvolvePromptsProps {
  /** Prompts of evolvers, or of the response model. */
  kind: 'evolve' | 'respond'
  /** Prompt id -> hash of the version to use. */
  value: Record<string, string>
  onChange(value: Record<string, string>): void
}

/** Chooses between versions of the prompts of evolution; those without own versions need no choice. */
export function EvolvePrompts({ kind, value, onChange }: EvolvePromptsProps) {
  const { data } = usePrompts()
  const choices = (data ?? []).filter(
    (prompt) => prompt.kind === kind && prompt.versions.length > 1,
  )
  return (
    <Input.Wrapper
      label="Prompts"
      description={
        <>
          {choices.length === 0
            ? 'The built-in prompts. '
            : 'The hash of each prompt is part of the definition of the evolved rows. '}
          <Anchor href="/prompts?prompt=evolve-constraints" target="_blank" size="xs">
            Read and edit prompts
          </Anchor>
        </>
      }
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" mt={4}>
        {choices.map((prompt) => {
          const builtIn = prompt.versions.find((version) => version.id === null)
          return (
            <Select
              key={prompt.id}
              label={prompt.name}
              allowDeselect={false}
              data={prompt.versions.map(({ hash, version, note }) => ({
                value: hash,
                label: note ? `Version ${version}, ${note}` : `Version ${version}`,
              }))}
              value={value[prompt.id] ?? builtIn?.hash ?? null}
              onChange={(hash) => {
                const { [prompt.id]: _before, ...others } = value
                onChange(
                  !hash || hash === builtIn?.hash ? others : { ...others, [prompt.id]: hash },
                )
              }}
            />
          )
        })}
      </SimpleGrid>
    </Input.Wrapper>
  )
}
