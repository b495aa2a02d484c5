import { cutIfdMetric } from './token-loss/cut-ratios'

/** IFD as Superfiltering computes it, cut to its length: a ratio of perplexities. */
export const superfilteringIfd = cutIfdMetric({
  id: 'superfiltering_ifd',
  label: 'IFD ppl (Superfiltering, cut)',
  description: 'Ratio of perplexities under the truncation and row rules of Superfiltering.',
  formula: 'exp( mean nll(y after x) - mean nll(y) )',
  source: 'Li et al. 2024 (Superfiltering), data analysis and selection scripts',
  from: 'superfiltering_loss',
  form: 'ppl',
  leavesOut: (ratio) => ratio >= 1,
  kept: 'Ratio of perplexities; rows from 1 on are left out, as the selection does.',
  all: 'Ratio of perplexities with rows from 1 on.',
  allLabel: 'IFD ppl (Superfiltering, cut, all rows)',
  example: {
    // The means are those of case A: strict 1 against 1.6, and 2 against 1.6.
    rows: [
      [2, 2, 1.6, 1],
      [4, 2, 1.6, 1],
    ],
    status: ['ok', 'ok'],
    expected: {
      kept: '0.548811636094 ok, 0 left_out',
      all: '0.548811636094 ok, 1.491824697641 ok',
    },
  },
})
