'use client'

import { FileButton, Button, Group, Menu, MultiSelect, Select, TextInput } from '@mantine/core'
import { IconFilter, IconTrash, IconUpload } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { ParamFields } from '@/components/fields/param-fields'
import { useAddBenchmark, useDeleteBenchmark } from '@/components/hooks/use-subsets'
import { useTags } from '@/components/hooks/use-rows'
import { useViewState } from '@/components/hooks/use-view-state'
import { columnName } from '@/components/shell/column-name'
import { MARK_OPTIONS } from '@/components/shell/condition-text'
import { filterChips } from '@/components/shell/filter-chips'
import { plural } from '@/lib/contracts/format'
import { notifyDone, notifyError } from '@/components/ui/notify'
import { isCoded, isQuantity } from '@/lib/contracts/column-kinds'
import { emptyFilter } from '@/lib/contracts/filter'
import {
  subsetRuleSchema,
  WITHIN,
  type Benchmark,
  type RuleInfo,
  type RuleOf,
  type SubsetRule,
} from '@/lib/contracts/subset'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'

export interface RuleFieldsProps {
  study: StudyDetail
  rule: SubsetRule
  info: RuleInfo
  benchmarks: readonly Benchmark[]
  onChange(rule: SubsetRule): void
}

const WITHIN_LABEL: Record<(typeof WITHIN)[number], string> = {
  study: 'Whole study',
  cell: 'Cell: seed set, evolver and round',
  seed_set: 'Seed set',
  evolver: 'Evolver',
  round: 'Round',
  operator: 'Operator',
  seed: 'Seed',
  seed_and_round: 'Seed and round',
}

const choice = (column: ColumnInfo) => ({ value: column.id, label: columnName(column) })

/** Columns of numbers, by which rows are ranked. */
export function numberColumns(study: StudyDetail): { value: string; label: string }[] {
  return study.columns.filter(({ hidden, shape }) => !hidden && isQuantity(shape)).map(choice)
}

function groupColumns(study: StudyDetail): { value: string; label: string }[] {
  const groups = ({ hidden, shape, levels }: ColumnInfo) =>
    !hidden && (levels !== null || (isCoded(shape) && shape !== 'tags'))
  return study.columns.filter(groups).map(choice)
}

const withValue = (data: { value: string; label: string }[], value: string) =>
  data.some((one) => one.value === value) ? data : [...data, { value, label: value }]

/** `1: 100, 2: 50` as quotas; null where it is no such list. */
export function parseQuotas(text: string): Record<string, number> | null {
  const parts = text.split(/[,\n]/).filter((part) => part.trim() !== '')
  const pairs = parts.map((part) => /^\s*(.+?)\s*[:=]\s*(\d+)\s*$/.exec(part))
  if (pairs.some((pair) => pair === null)) return null
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] as string, Number(pair?.[2])]))
}

const quotasText = (quotas: Record<string, number>) =>
  Object.entries(quotas)
    .map(([name, rows]) => `${name}: ${rows}`)
    .join(', ')

function QuotaField({
  rule,
  onChange,
}: {
  rule: RuleOf<'quota'>
  onChange(rule: SubsetRule): void
}) {
  const [text, setText] = useState(quotasText(rule.quotas))
  const parsed = parseQuotas(text)
  return (
    <TextInput
      label="Quotas"
      description="Level, category or name with its number of rows."
      placeholder="1: 100, 2: 100, 3: 50"
      value={text}
      error={parsed === null ? 'Write name: number, separated by commas.' : null}
      onChange={({ currentTarget: { value } }) => {
        setText(value)
        const quotas = parseQuotas(value)
        if (quotas) onChange({ ...rule, quotas })
      }}
    />
  )
}

function FilterField({
  study,
  rule,
  onChange,
}: Pick<RuleFieldsProps, 'study' | 'onChange'> & { rule: RuleOf<'filter'> }) {
  const { state } = useViewState()
  const chips = filterChips(rule.filter, study)
  const text = chips.map((chip) => chip.text).join(' · ')
  return (
    <Group gap="md">
      <span dir="auto">{text || (rule.filter.where ? 'Conditions' : 'Every row')}</span>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconFilter size={14} />}
        onClick={() => onChange({ ...rule, filter: state.filter })}
      >
        Use the filter of this page
      </Button>
    </Group>
  )
}

function MarkFields({
  study,
  rule,
  onChange,
}: Pick<RuleFieldsProps, 'study' | 'onChange'> & { rule: RuleOf<'decisions'> }) {
  const known = useTags(study.study.id, emptyFilter()).map(({ key }) => key)
  const marks = (name: 'only' | 'without', label: string) => (
    <MultiSelect
      label={label}
      data={MARK_OPTIONS}
      value={rule[name]}
      onChange={(chosen) => onChange({ ...rule, [name]: chosen as RuleOf<'decisions'>['only'] })}
    />
  )
  const tags = (name: 'only_tags' | 'without_tags', label: string) => {
    const { [name]: chosen = [], ...rest } = rule
    return (
      <MultiSelect
        label={label}
        placeholder={known.length === 0 ? 'no row has a tag' : ''}
        data={[...new Set([...known, ...chosen])]}
        value={chosen}
        searchable
        onChange={(next) =>
          // A rule without tags is the rule that it was before tags, with the same hash.
          onChange(subsetRuleSchema.parse(next.length === 0 ? rest : { ...rest, [name]: next }))
        }
      />
    )
  }
  return (
    <>
      {marks('only', 'Only rows that are')}
      {tags('only_tags', 'Or only rows with a tag')}
      {marks('without', 'Without rows that are')}
      {tags('without_tags', 'Without rows with a tag')}
    </>
  )
}

function BenchmarkField({
  rule,
  benchmarks,
  onChange,
}: Pick<RuleFieldsProps, 'benchmarks' | 'onChange'> & { rule: RuleOf<'decontaminate'> }) {
  const add = useAddBenchmark()
  const remove = useDeleteBenchmark()
  // The rules may have been changed by the time the file is there.
  const latest = useRef({ rule, onChange })
  useEffect(() => {
    latest.current = { rule, onChange }
  })
  const onFile = (file: File | null) => {
    if (!file) return
    add.mutate(file, {
      onSuccess: ({ sha256 }) => {
        const now = latest.current
        const benchmarks = [...new Set([...now.rule.benchmarks, sha256])]
        now.onChange({ ...now.rule, benchmarks })
      },
      onError: (error) => notifyError('The benchmark was not added', error),
    })
  }
  const onDelete = (sha256: string, name: string) =>
    remove.mutate(sha256, {
      onSuccess: () => {
        notifyDone(`Deleted ${name}. Adding its file again brings it back.`)
        const now = latest.current
        const benchmarks = now.rule.benchmarks.filter((one) => one !== sha256)
        if (benchmarks.length < now.rule.benchmarks.length)
          now.onChange({ ...now.rule, benchmarks })
      },
      onError: (error) => notifyError('The benchmark was not deleted', error),
    })
  const known = benchmarks.map(({ sha256, name, items }) => ({
    value: sha256,
    label: `${name} (${plural(items, 'item')})`,
  }))
  const unknown = rule.benchmarks
    .filter((sha256) => !known.some(({ value }) => value === sha256))
    .map((value) => ({ value, label: `${value.slice(0, 12)}… (not here)` }))
  return (
    <>
      <MultiSelect
        label="Benchmarks"
        description="Known by their content, so that a rule file names the same texts anywhere."
        data={[...known, ...unknown]}
        value={rule.benchmarks}
        onChange={(chosen) => onChange({ ...rule, benchmarks: chosen })}
      />
      <FileButton accept=".json,.jsonl,.csv,.txt" onChange={onFile}>
        {(props) => (
          <Button
            {...props}
            variant="default"
            loading={add.isPending}
            leftSection={<IconUpload size={14} />}
          >
            Add a benchmark file
          </Button>
        )}
      </FileButton>
      {benchmarks.length > 0 ? (
        <Menu position="bottom-start" width={320}>
          <Menu.Target>
            <Button variant="default" leftSection={<IconTrash size={14} />}>
              Delete a benchmark
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {known.map(({ value, label }) => (
              <Menu.Item key={value} onClick={() => onDelete(value, label)}>
                <span dir="auto">{label}</span>
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      ) : null}
    </>
  )
}

/** The form of one rule: columns by their names, lists by controls of their own, all else from its description. */
export function RuleFields({ study, rule, info, benchmarks, onChange }: RuleFieldsProps) {
  // Keeps what is being typed while it is no valid rule, such as an empty number.
  const [typed, setTyped] = useState<Record<string, unknown> | null>(null)
  const shown: Record<string, unknown> = { ...rule, ...typed }
  const change = (values: Record<string, unknown>) => {
    const own = {
      ...Object.fromEntries(
        Object.entries(rule).filter(([name]) => !info.params.some((param) => param.name === name)),
      ),
      ...values,
    }
    const parsed = subsetRuleSchema.safeParse(own)
    setTyped(parsed.success ? null : values)
    if (parsed.success) onChange(parsed.data)
  }
  const values = Object.fromEntries(
    info.params.flatMap(({ name }) => (name in shown ? [[name, shown[name]]] : [])),
  )
  const set = (name: string, value: unknown) => change({ ...values, [name]: value })
  const select = (name: string, label: string, data: { value: string; label: string }[]) => (
    <Select
      key={name}
      label={label}
      data={withValue(data, String(values[name]))}
      value={String(values[name])}
      onChange={(next) => next && set(name, next)}
      allowDeselect={false}
      searchable
    />
  )
  const within = WITHIN.map((value) => ({ value, label: WITHIN_LABEL[value] }))
  const chosen: Record<string, () => React.ReactNode> = {
    column: () => select('column', 'Column', numberColumns(study)),
    within: () => select('within', 'In each', within),
    by: () => select('by', 'Groups', [...within, ...groupColumns(study)]),
  }
  const others = info.params.filter(({ name }) => !(name in chosen))
  return (
    <>
      {rule.rule === 'filter' ? (
        <FilterField study={study} rule={rule} onChange={onChange} />
      ) : null}
      {rule.rule === 'decisions' ? (
        <MarkFields study={study} rule={rule} onChange={onChange} />
      ) : null}
      {rule.rule === 'decontaminate' ? (
        <BenchmarkField rule={rule} benchmarks={benchmarks} onChange={onChange} />
      ) : null}
      {info.params.map(({ name }) => chosen[name]?.())}
      {rule.rule === 'quota' ? <QuotaField rule={rule} onChange={onChange} /> : null}
      <ParamFields params={others} values={values} onChange={change} />
    </>
  )
}
