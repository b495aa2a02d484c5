import { cutConditional, cutDirect, cutIfdMetric } from './token-loss/cut-ratios'

/** IFD as Cherry LLM computes it: under its template, cut to its length. */
export const cherryIfd = cutIfdMetric({
  id: 'cherry_ifd',
  label: 'IFD (Cherry)',
  description: 'IFD under the template, truncation and row rules of Cherry LLM.',
  formula: 'mean nll(y after template(x)) / mean nll(y after the response header)',
  source: 'Li et al. 2023 (Cherry LLM), analysis and selection scripts',
  from: 'cherry_loss',
  form: 'loss',
  leavesOut: (ratio) => ratio > 1,
  kept: 'Ratio of mean losses; rows above 1 are left out, as the script does.',
  all: 'Ratio of mean losses with rows above 1.',
  allLabel: 'IFD (Cherry, all rows)',
  more: {
    conditional: {
      label: 'L(y|x) (Cherry)',
      unit: 'nat',
      description: 'Mean loss per token of the response after the templated instruction.',
      directionMeans: 'Harder to predict with the instruction at hand.',
      of: cutConditional,
    },
    direct: {
      label: 'L(y) (Cherry)',
      unit: 'nat',
      description: 'Mean loss per token of the response after the response header alone.',
      directionMeans: 'Harder to predict without the instruction.',
      of: cutDirect,
    },
  },
  example: {
    rows: [
      [4, 2, 4.2, 2],
      [4, 2, 4.2, 2],
      [5, 2, 4, 2],
    ],
    status: ['ok', 'truncated_input', 'ok'],
    expected: {
      kept: '0.952380952381 ok, 0.952380952381 truncated_input, 0 left_out',
      all: '0.952380952381 ok, 0.952380952381 truncated_input, 1.25 ok',
    },
  },
})
