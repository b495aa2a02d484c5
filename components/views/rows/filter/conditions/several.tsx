import { MultiSelect } from '@mantine/core'

interface SeveralProps {
  label: string
  options: readonly { value: string; label: string }[]
  value: readonly string[]
  onChange(value: string[]): void
}

/** Some of a list of things; what was chosen and is no longer listed stays visible. */
export function Several({ label, options, value, onChange }: SeveralProps) {
  const listed = new Set(options.map((option) => option.value))
  const gone = value.filter((one) => !listed.has(one)).map((one) => ({ value: one, label: one }))
  return (
    <MultiSelect
      aria-label={label}
      placeholder={value.length === 0 ? label : ''}
      size="xs"
      flex="1 1 150px"
      searchable
      comboboxProps={{ withinPortal: false }}
      data={[...options, ...gone]}
      value={[...value]}
      onChange={onChange}
    />
  )
}
