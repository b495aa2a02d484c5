import type { Command } from 'commander'
import { budgetSchema, type Budget } from '@/lib/contracts/meter'
import { AppError } from '@/lib/errors'

/** Values of the budget options as commander hands them over. */
export interface BudgetOptions {
  budgetTokens?: string
  budgetMoney?: string
  budgetMinutes?: string
  budget?: boolean
}

/** Adds `--budget-tokens`, `--budget-money` and `--budget-minutes`. */
export function addBudgetOptions(command: Command): Command {
  return command
    .option('--budget-tokens <n>', 'pause each job after so many tokens')
    .option(
      '--budget-money <amount>',
      "pause each job at this cost budget, in the backend's currency",
    )
    .option('--budget-minutes <n>', 'pause each job at this max runtime, in minutes')
}

function positive(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new AppError('invalid_input', `--${name} takes a number above 0; "${text}" is none.`)
}

/** Returns the budget that was asked for, null when it is to be taken away (`--no-budget`), undefined when nothing was said. */
export function readBudget(options: BudgetOptions): Budget | null | undefined {
  if (options.budget === false) return null
  const tokens = positive('budget-tokens', options.budgetTokens)
  const money = positive('budget-money', options.budgetMoney)
  const minutes = positive('budget-minutes', options.budgetMinutes)
  if (tokens === null && money === null && minutes === null) return undefined
  return budgetSchema.parse({
    tokens: tokens === null ? null : Math.ceil(tokens),
    money,
    seconds: minutes === null ? null : minutes * 60,
  })
}
