import { lossRatioFigure } from './shared/loss-ratio'

// What other tools wrote: beside the rows, or as losses in a file of their own.
const IMPORTED: Record<string, string> = {
  imported: 'imported_ifd.ifd_ppl',
  'imported-loss': 'imported_loss.ifd',
  'imported-ppl': 'imported_loss.ifd_ppl',
}

/** Instruction-following difficulty per row. */
export const ifdDensity = lossRatioFigure({
  id: 'ifd-density',
  question: 'worth',
  title: 'IFD',
  description:
    'Instruction-following difficulty: loss of the response after the instruction, divided by its loss alone.',
  variants: {
    strict: 'Strict',
    reference: 'Reference',
    'strict-ppl': 'Strict, perplexity ratio',
    'reference-ppl': 'Reference, perplexity ratio',
    superfiltering: 'Superfiltering',
    imported: 'Imported',
    'imported-loss': 'Imported losses',
    'imported-ppl': 'Imported losses, perplexity ratio',
  },
  column: (variant) => IMPORTED[variant] ?? `ifd.${variant}`,
  quantity: 'IFD',
  threshold: { value: 1, side: 'above', label: '> 1' },
  reference: { value: 1, label: 'instruction does not help' },
  note: 'Below 1 the instruction helps to predict the response; rows above 1 are kept.',
  example: { centre: 0.62, slope: 0.05, spread: 0.22 },
})
