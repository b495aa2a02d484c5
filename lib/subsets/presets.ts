import type { SubsetPreset, SubsetRule } from '@/lib/contracts/subset'

/** Shares that the paper trains on. */
const SHARES = [5, 10, 15, 25]

/** What the paper selects by: the column of its own definition and the end that it takes. */
const SELECTORS = [
  { id: 'ifd', label: 'IFD', column: 'ifd.strict', end: 'top' },
  { id: 'ic_ifd', label: 'IC-IFD', column: 'ic_ifd.strict', end: 'top' },
  {
    id: 'length',
    label: 'Shortest instructions',
    column: 'instruction_words.instruction',
    end: 'bottom',
  },
  {
    id: 'perplexity',
    label: 'Lowest instruction loss',
    column: 'instruction_loss.strict',
    end: 'bottom',
  },
] as const

const ranked = (rule: Omit<Extract<SubsetRule, { rule: 'ranked' }>, 'rule'>): SubsetRule => ({
  rule: 'ranked',
  ...rule,
})

/** Stacks of rules to begin with. Those of the paper count in each file for itself; percent are rounded down, as its counts are. */
export const PRESETS: readonly SubsetPreset[] = [
  ...SELECTORS.flatMap(({ id, label, column, end }) =>
    SHARES.map((amount) => ({
      id: `${id}_${amount}`,
      label: `${label}, ${amount} %`,
      rules: [ranked({ end, column, amount, unit: 'percent', within: 'cell' })],
    })),
  ),
  ...SHARES.map((amount) => ({
    id: `random_${amount}`,
    label: `Random, ${amount} %`,
    rules: [{ rule: 'random', amount, unit: 'percent', within: 'cell', seed: 0 } as const],
  })),
  {
    id: 'coverage_1000',
    label: '1,000 rows of each file by coverage, after the run of that metric',
    rules: [
      ranked({
        end: 'bottom',
        column: 'coverage_order.rank',
        amount: 1000,
        unit: 'rows',
        within: 'cell',
      }),
    ],
  },
  {
    id: 'best_per_seed',
    label: 'Best evolver of each seed, by IFD',
    rules: [ranked({ end: 'top', column: 'ifd.strict', amount: 1, unit: 'rows', within: 'seed' })],
  },
]
