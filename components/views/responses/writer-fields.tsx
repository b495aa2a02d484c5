import { NumberInput, Select } from '@mantine/core'
import { EvolvePrompts } from '@/components/views/prompts/evolve-prompts'
import type { z } from 'zod'
import type { planWriterSchema } from '@/lib/contracts/experiment'
import classes from './responses.module.css'

type Writer = Omit<z.input<typeof planWriterSchema>, 'backend'>

interface WriterFieldsProps {
  value: Writer
  problemOf(field: string): string | undefined
  onChange(patch: Writer): void
}

const NUMBERS = [
  ['temperature', 'Temperature', 0.1, '0 decodes greedily.', 0],
  ['maxTokens', 'Max output tokens', 64, 'Limit for each response.', 2048],
] as const
const DRAWN = [
  ['topP', 'Top-p', 0.05, 'Nucleus sampling.', 1],
  ['seed', 'Random seed', 1, 'The number of the row is added to it.', 1],
] as const

/** How responses are asked for and drawn. */
export function WriterFields({ value, problemOf, onChange }: WriterFieldsProps) {
  const fields = (value.temperature ?? 0) > 0 ? [...NUMBERS, ...DRAWN] : NUMBERS
  return (
    <>
      <div className={classes.fields}>
        <Select
          label="Prompt of the responses"
          description="What the response model is sent."
          allowDeselect={false}
          data={[
            { value: 'templates', label: 'Two templates' },
            { value: 'chat', label: 'The row as a chat' },
          ]}
          value={value.mode ?? 'templates'}
          onChange={(mode) => onChange({ mode: mode === 'chat' ? 'chat' : 'templates' })}
        />
        {fields.map(([name, label, step, description, preset]) => (
          <NumberInput
            key={name}
            {...{ label, description, step }}
            value={value[name] ?? preset}
            error={problemOf(name)}
            onChange={(next) => onChange({ [name]: Number(next) })}
          />
        ))}
      </div>
      {value.mode === 'chat' ? null : (
        <EvolvePrompts
          kind="respond"
          value={value.prompts ?? {}}
          onChange={(prompts) => onChange({ prompts })}
        />
      )}
    </>
  )
}
