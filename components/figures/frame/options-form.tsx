'use client'

import {
  Button,
  Popover,
  SegmentedControl,
  Select,
  Slider,
  Switch,
  Text,
  TextInput,
} from '@mantine/core'
import type { FigureMeta, OptionField } from '@/lib/figures/types'
import classes from '../figures.module.css'

export type OptionValue = string | number | boolean
type Options = Record<string, unknown>

interface FieldProps {
  field: OptionField
  value: unknown
  onChange(value: OptionValue): void
}

// More choices than this do not fit side by side.
const SEGMENTS = 4
const SEGMENT_LETTERS = 34

// A handful of stops is chosen faster by name than with a slider.
const MOST_STOPS = 6

function stopsOf({ min, max, step }: OptionField): number[] {
  const from = min ?? 0
  const count = Math.floor(((max ?? 1) - from) / (step ?? 1) + 1e-9) + 1
  return Array.from({ length: count }, (_, i) => from + i * (step ?? 1))
}

function isShort(field: OptionField): boolean {
  if (field.columns) return false
  const letters = field.choices.reduce((sum, { label }) => sum + label.length, 0)
  return field.choices.length <= SEGMENTS && letters <= SEGMENT_LETTERS
}

function Field({ field, value, onChange }: FieldProps) {
  const { title, description, kind, choices, min, max, step } = field
  if (kind === 'switch') {
    return (
      <Switch
        size="xs"
        label={title}
        title={description}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    )
  }
  if (kind === 'choice') {
    return isShort(field) ? (
      <SegmentedControl
        size="xs"
        aria-label={title}
        title={description}
        data={choices}
        value={String(value)}
        onChange={onChange}
      />
    ) : (
      <Select
        size="xs"
        w={field.columns ? 260 : 190}
        aria-label={title}
        title={description}
        // The list stays while figures above take their height.
        comboboxProps={{ hideDetached: false }}
        searchable={field.columns !== undefined}
        placeholder={field.columns ? 'Choose a column' : ''}
        nothingFoundMessage="No column of that name has values."
        allowDeselect={false}
        data={choices}
        value={value === '' ? null : String(value)}
        onChange={(next) => next !== null && onChange(next)}
      />
    )
  }
  if (kind === 'text') {
    // Taken when it is left or confirmed: a name half written is not asked for.
    const take = (text: string) => text !== String(value) && onChange(text)
    return (
      <TextInput
        key={String(value)}
        size="xs"
        w={260}
        aria-label={title}
        title={description}
        defaultValue={String(value)}
        onBlur={(event) => take(event.currentTarget.value.trim())}
        onKeyDown={(event) => event.key === 'Enter' && take(event.currentTarget.value.trim())}
      />
    )
  }
  const stops = stopsOf(field)
  if (stops.length <= MOST_STOPS) {
    return (
      <span className={classes.legendItem} title={description}>
        <Text component="span" size="xs">
          {title}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={title}
          data={stops.map(String)}
          value={String(value)}
          onChange={(next) => onChange(Number(next))}
        />
      </span>
    )
  }
  return (
    <label className={classes.legendItem} title={description}>
      <Text component="span" size="xs">
        {title} {String(value)}
      </Text>
      <Slider
        w={110}
        size="sm"
        label={null}
        thumbLabel={title}
        min={min ?? 0}
        max={max ?? 1}
        step={step ?? 1}
        defaultValue={Number(value)}
        onChangeEnd={onChange}
      />
    </label>
  )
}

/** Returns the options that differ from their defaults: what belongs into the URL. */
export function changedOptions(meta: FigureMeta, options: Options): Record<string, OptionValue> {
  return Object.fromEntries(
    meta.options.flatMap((field) => {
      const value = options[field.name] as OptionValue | undefined
      return value === undefined || value === field.default ? [] : [[field.name, value]]
    }),
  )
}

interface OptionsFormProps {
  meta: FigureMeta
  options: Options
  onOptions(changed: Record<string, OptionValue>): void
}

/** The options of a figure: the main ones in line, the others behind a button. */
export function OptionsForm({ meta, options, onOptions }: OptionsFormProps) {
  const set = (name: string) => (value: OptionValue) =>
    onOptions(changedOptions(meta, { ...options, [name]: value }))
  const field = (one: OptionField) => (
    <Field
      key={one.name}
      field={one}
      value={options[one.name] ?? one.default}
      onChange={set(one.name)}
    />
  )
  const rest = meta.options.filter((one) => !one.inline)
  const nChanged = rest.filter((one) => (options[one.name] ?? one.default) !== one.default).length
  return (
    <>
      {meta.options.filter((one) => one.inline).map(field)}
      <Popover position="bottom-end" shadow="md" trapFocus returnFocus hideDetached={false}>
        <Popover.Target>
          <Button size="xs" variant="default">
            Options{nChanged > 0 ? ` (${nChanged})` : ''}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <div className={classes.optionList}>
            {rest.map((one) => (
              <div key={one.name}>
                {one.kind === 'switch' ? null : (
                  <Text size="xs" fw={600}>
                    {one.title}
                  </Text>
                )}
                {field(one)}
                <Text size="xs" c="dimmed" maw={300}>
                  {one.description}
                </Text>
              </div>
            ))}
            <Button
              size="compact-xs"
              variant="default"
              disabled={Object.keys(changedOptions(meta, options)).length === 0}
              onClick={() => onOptions({})}
            >
              Back to defaults
            </Button>
          </div>
        </Popover.Dropdown>
      </Popover>
    </>
  )
}
