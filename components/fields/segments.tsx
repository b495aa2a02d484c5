import { SegmentedControl, type SegmentedControlProps } from '@mantine/core'

interface SegmentsProps<Value extends string> extends Pick<SegmentedControlProps, 'size'> {
  label: string
  /** The values in their order, each with its name. */
  options: Readonly<Record<NoInfer<Value>, string>>
  value: Value
  onChange(value: NoInfer<Value>): void
}

/** A choice among a few values, all of which are seen. */
export function Segments<Value extends string>(props: SegmentsProps<Value>) {
  const { label, options, onChange, ...rest } = props
  return (
    <SegmentedControl
      aria-label={label}
      data={Object.entries<string>(options).map(([value, name]) => ({ value, label: name }))}
      onChange={(value) => onChange(value as Value)}
      {...rest}
    />
  )
}
