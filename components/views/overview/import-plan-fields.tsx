'use client'

import { Autocomplete, NumberInput, Select, SimpleGrid, Switch, Text } from '@mantine/core'
import { paramLabel } from '@/components/fields/param-fields'
import { Disclosure } from '@/components/ui/link-button'
import type { ImportPlan, ImportPreview, StudyDetail } from '@/lib/contracts/study'
import { CHAT_ROLES, MAPPED_FIELDS, type ChatRole } from '@/lib/contracts/cell'
import { ARM_CLASSES, SCENARIOS } from '@/lib/contracts/study'
import { OPERATORS as OPERATOR_NAMES } from '@/lib/prompts/operators'
import { ImportColumns } from './import-columns'
import { keyOf } from '@/components/fields/key-of'
import { IMPORT_ALIGN_OPTIONS, operatorOptions } from './operator-options'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'

const SEEDS = SEEDS_LABEL
interface ImportPlanFieldsProps {
  plan: ImportPlan
  keys: readonly string[]
  further: ImportPreview['further']
  reasons: readonly string[]
  detail: StudyDetail
  onChange(plan: ImportPlan): void
}

/** Says how many columns could be chosen, since the mapping is closed at first. */
function mappingLabel({ columns }: ImportPlan, further: ImportPreview['further']): string {
  if (further.length === 0) return 'Mapping of columns'
  return `Mapping of columns (${columns.length} of ${further.length} further ones chosen)`
}

/** Everything the importer guessed, as controls. */
export function ImportPlanFields(props: ImportPlanFieldsProps) {
  const { plan, keys, further, reasons, detail, onChange } = props
  const set = (patch: Partial<ImportPlan>) => onChange({ ...plan, ...patch })

  // A mapping that is chosen answers what was asked about it.
  const map = (patch: Partial<ImportPlan['mapping']>) =>
    set({
      mapping: { ...plan.mapping, ...patch },
      questions: [],
      ...(patch.parent && plan.armKey !== null ? { align: 'text' } : {}),
    })
  const setRole = (name: string, role: ChatRole) => {
    const { tags } = plan.mapping
    if (tags) map({ tags: { ...tags, roles: { ...tags.roles, [name]: role } } })
  }

  const setSeedSet = (label: string) => {
    const known = detail.seedSets.find((one) => one.label === label)
    set({ seedSetLabel: label, seedSetKey: known?.key ?? keyOf(label) })
  }
  const setArm = (label: string) => {
    if (label === SEEDS) {
      set({ armKey: null, armLabel: null, round: 0 })
      return
    }
    const known = detail.arms.find((one) => one.label === label)
    set({
      armLabel: label,
      armKey: known?.key ?? keyOf(label),
      armClass: known?.armClass ?? plan.armClass,
      scenario: known?.scenario ?? plan.scenario,
      round: Math.max(1, plan.round),
    })
  }
  const mapped = new Set(Object.values(plan.mapping))
  const unmapped = keys.filter((key) => !mapped.has(key))
  const isNewArm = plan.armKey !== null && !detail.arms.some((arm) => arm.key === plan.armKey)

  return (
    <div>
      <SimpleGrid cols={{ base: 1, xs: 2, md: isNewArm ? 7 : 5 }} spacing="sm">
        <Autocomplete
          label="Seed set"
          data={detail.seedSets.map((one) => one.label)}
          value={plan.seedSetLabel}
          error={plan.seedSetKey === '' ? 'Name the seed set.' : null}
          onChange={setSeedSet}
        />
        <Autocomplete
          label="Evolver"
          data={[SEEDS, ...detail.arms.map((one) => one.label)]}
          value={plan.armKey === null ? SEEDS : (plan.armLabel ?? plan.armKey)}
          error={plan.armKey === '' ? 'Name the evolver, or write "Seeds".' : null}
          onChange={setArm}
        />
        <NumberInput
          label="Round"
          min={plan.armKey === null ? 0 : 1}
          max={plan.armKey === null ? 0 : 100}
          allowDecimal={false}
          disabled={plan.armKey === null}
          value={plan.round}
          onChange={(round) => set({ round: Number(round) || 0 })}
        />
        <Select
          label="Alignment"
          aria-label="Alignment with parents"
          data={IMPORT_ALIGN_OPTIONS}
          disabled={plan.armKey === null}
          value={plan.align}
          onChange={(align) => set({ align: (align ?? 'index') as ImportPlan['align'] })}
        />
        <Select
          label="Operators"
          data={operatorOptions(unmapped, OPERATOR_NAMES)}
          disabled={plan.armKey === null || plan.align === 'none'}
          value={plan.operators}
          onChange={(value) => set({ operators: (value ?? 'none') as ImportPlan['operators'] })}
        />
        {isNewArm ? (
          <>
            <Select
              label="Class"
              data={[...ARM_CLASSES]}
              value={plan.armClass}
              onChange={(value) => set({ armClass: (value ?? 'other') as ImportPlan['armClass'] })}
            />
            <Select
              label="Scenario"
              data={[...SCENARIOS]}
              value={plan.scenario}
              onChange={(value) => set({ scenario: (value ?? 'other') as ImportPlan['scenario'] })}
            />
          </>
        ) : null}
      </SimpleGrid>
      <Disclosure
        show={mappingLabel(plan, further)}
        hide="Hide the mapping"
        beside={
          <>
            <Switch
              label="Skip rows that cannot be read"
              checked={plan.skipBadRows}
              onChange={(event) => set({ skipBadRows: event.currentTarget.checked })}
            />
            <Text size="sm" c="dimmed">
              {reasons.join('; ')}
            </Text>
          </>
        }
      >
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm" mt={8}>
          {MAPPED_FIELDS.map((field) => (
            <Select
              key={field}
              label={paramLabel(field)}
              data={[
                { value: '', label: 'none' },
                ...keys.map((key) => ({ value: key, label: key })),
              ]}
              value={plan.mapping[field] ?? ''}
              onChange={(key) => map({ [field]: key || null })}
            />
          ))}
          {Object.entries(plan.mapping.tags?.roles ?? {}).map(([name, role]) => (
            <Select
              key={name}
              label={<span dir="auto">{`“${name}” is`}</span>}
              data={[...CHAT_ROLES]}
              value={role}
              onChange={(value) => setRole(name, (value ?? 'other') as ChatRole)}
            />
          ))}
        </SimpleGrid>
        <ImportColumns
          further={further}
          columns={plan.columns}
          onChange={(columns) => set({ columns })}
        />
      </Disclosure>
    </div>
  )
}
