'use client'

import { Group, NumberInput } from '@mantine/core'
import type { BackendInfo } from '@/lib/contracts/backends'
import type { Budget } from '@/lib/contracts/meter'

export const NO_BUDGET: Budget = { tokens: null, money: null, seconds: null }

/** Returns null when nothing is limited. */
export function budgetOrNull(budget: Budget): Budget | null {
  const { tokens, money, seconds } = budget
  return tokens === null && money === null && seconds === null ? null : budget
}

/** Returns the currency of the backends' prices; null when none is stated, or several are. */
export function currencyOf(backends: readonly BackendInfo[]): string | null {
  const stated = new Set(
    backends.flatMap(({ config }) => {
      const prices = config['prices'] as { currency?: string } | null | undefined
      return prices?.currency ? [prices.currency] : []
    }),
  )
  return stated.size === 1 ? ([...stated][0] ?? null) : null
}

interface BudgetFieldsProps {
  value: Budget
  /** null = not known, or several. */
  currency: string | null
  onChange(value: Budget): void
}

/** Three optional limits; an empty field is no limit. */
export function BudgetFields({ value, currency, onChange }: BudgetFieldsProps) {
  const field = (name: keyof Budget, factor = 1) => ({
    w: 190,
    min: 0,
    placeholder: 'no limit',
    value: value[name] === null ? '' : value[name] / factor,
    onChange: (entered: number | string) => {
      const number = Number(entered)
      const limit = entered === '' || !(number > 0) ? null : number * factor
      onChange({ ...value, [name]: name === 'tokens' && limit !== null ? Math.ceil(limit) : limit })
    },
  })
  return (
    <Group gap="sm" align="flex-end">
      <NumberInput label="Tokens" allowDecimal={false} thousandSeparator="," {...field('tokens')} />
      <NumberInput
        label={`Cost budget (${currency ?? 'currency of the backend'})`}
        decimalScale={4}
        {...field('money')}
      />
      <NumberInput label="Max runtime (minutes)" {...field('seconds', 60)} />
    </Group>
  )
}
