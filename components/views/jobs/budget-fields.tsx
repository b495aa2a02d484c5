'use client'

import { Group, NumberInput } from '@mantine/core'
import type { Budget } from '@/lib/contracts/meter'

export const NO_BUDGET: Budget = { tokens: null, money: null, seconds: null }

/** Returns null when nothing is limited. */
export function budgetOrNull(budget: Budget): Budget | null {
  const { tokens, money, seconds } = budget
  return tokens === null && money === null && seconds === null ? null : budget
}

interface BudgetFieldsProps {
  value: Budget
  onChange(value: Budget): void
}

/** Three optional limits; an empty field is no limit. */
export function BudgetFields({ value, onChange }: BudgetFieldsProps) {
  const field = (name: keyof Budget, factor = 1) => ({
    value: value[name] === null ? '' : value[name] / factor,
    onChange: (entered: number | string) => {
      const number = Number(entered)
      const limit = entered === '' || !(number > 0) ? null : number * factor
      onChange({ ...value, [name]: name === 'tokens' && limit !== null ? Math.ceil(limit) : limit })
    },
  })
  return (
    <Group gap="sm" align="flex-end">
      <NumberInput
        label="Tokens"
        w={150}
        min={1}
        allowDecimal={false}
        thousandSeparator=","
        placeholder="no limit"
        {...field('tokens')}
      />
      <NumberInput
        label="Money"
        w={150}
        min={0}
        placeholder="no limit"
        decimalScale={4}
        {...field('money')}
      />
      <NumberInput
        label="Minutes of running"
        w={150}
        min={0}
        placeholder="no limit"
        {...field('seconds', 60)}
      />
    </Group>
  )
}
