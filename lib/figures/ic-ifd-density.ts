import { lossRatioFigure } from './shared/loss-ratio'

/** Instruction-complexity IFD per row. */
export const icIfdDensity = lossRatioFigure({
  id: 'ic-ifd-density',
  question: 'worth',
  title: 'IC-IFD',
  description: 'IFD divided by the loss of the instruction itself, as in equation 2 of the paper.',
  variants: {
    strict: 'Strict',
    reference: 'Reference',
    'strict-ppl': 'Strict, perplexity',
    'reference-ppl': 'Reference, perplexity',
  },
  column: (variant) => `ic_ifd.${variant}`,
  quantity: 'IC-IFD',
  threshold: null,
  reference: null,
  note: 'Values depend on the scoring model and its tokenizer: never compare across models.',
  example: { centre: 0.27, slope: -0.02, spread: 0.35 },
})
