import { Button, Group, Select } from '@mantine/core'
import { ENCODINGS, type Opening } from '@/lib/contracts/opening'
import type { FileRepair, ImportPlan } from '@/lib/contracts/study'

type Field = FileRepair['field']

/** The texts of each decision, and the value that it sets and resets. */
const DECISIONS: Record<
  Exclude<Field, 'encoding'>,
  { take: string; taken: string; on: Partial<Opening>; off: Partial<Opening> }
> = {
  unwrap: {
    take: 'Read the rows from this property',
    taken: 'Rows are read from a property of one object',
    on: { unwrap: true },
    off: { unwrap: false },
  },
  duplicateKeys: {
    take: 'Keep the last value of repeated keys',
    taken: 'The last value of repeated keys is kept',
    on: { duplicateKeys: 'last' },
    off: { duplicateKeys: 'error' },
  },
  loneSurrogates: {
    take: 'Replace lone surrogates by U+FFFD',
    taken: 'Lone surrogates are replaced by U+FFFD',
    on: { loneSurrogates: 'replace' },
    off: { loneSurrogates: 'error' },
  },
}

const SWITCHES = Object.keys(DECISIONS) as (keyof typeof DECISIONS)[]

interface ImportOpeningFieldsProps {
  plan: ImportPlan
  repair: FileRepair | null
  onChange(plan: ImportPlan): void
}

/** How the file is opened: shown where an error needs a decision, and as long as one is set. */
export function ImportOpeningFields({ plan, repair, onChange }: ImportOpeningFieldsProps) {
  const { opening } = plan
  const set = (change: Partial<Opening>) =>
    onChange({ ...plan, opening: { ...opening, ...change }, questions: [] })
  const suggested = repair?.field === 'encoding' ? repair.opening?.encoding : null
  const isTaken = (field: keyof typeof DECISIONS) =>
    Object.entries(DECISIONS[field].on).every(
      ([key, value]) => opening[key as keyof Opening] === value,
    )
  const shown = SWITCHES.filter((field) => repair?.field === field || isTaken(field))
  const hasEncoding = repair?.field === 'encoding' || opening.encoding !== null
  if (shown.length === 0 && !hasEncoding) return null
  return (
    <Group gap="xs" align="end">
      {hasEncoding ? (
        <Select
          label="Encoding of the text"
          data={[{ value: '', label: 'UTF-8, or what the file says' }, ...ENCODINGS]}
          value={opening.encoding ?? ''}
          onChange={(value) => set({ encoding: ENCODINGS.find((one) => one === value) ?? null })}
        />
      ) : null}
      {suggested ? (
        <Button size="compact-sm" onClick={() => set({ encoding: suggested })}>
          It looks like {suggested}: use it
        </Button>
      ) : null}
      {shown.map((field) => {
        const { take, taken, on, off } = DECISIONS[field]
        return isTaken(field) ? (
          <Group key={field} gap={4}>
            <span className="ev-dim">{taken}.</span>
            <Button size="compact-sm" variant="default" onClick={() => set(off)}>
              Reset
            </Button>
          </Group>
        ) : (
          <Button key={field} size="compact-sm" onClick={() => set(on)}>
            {take}
          </Button>
        )
      })}
    </Group>
  )
}
