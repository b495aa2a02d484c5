/** A formula to begin with. */
export interface FormulaPreset {
  name: string
  text: string
  /** What it says, and where it comes from. */
  means: string
}

/** Formulas to begin with; one that names a column the study does not have says so like any other. */
export const FORMULA_PRESETS: readonly FormulaPreset[] = [
  {
    name: 'IFD / L(x)',
    text: 'ifd.strict / instruction_loss.strict',
    means:
      'IFD related to the loss of the instruction (arXiv 2412.11231, equation 2); the metric IC-IFD is the same number.',
  },
  {
    name: 'DEITA score',
    text: 'complexity * quality',
    means:
      "DEITA's product (arXiv 2312.15685) of two columns called complexity and quality: of your files, or rubrics.",
  },
  {
    name: 'Loss per word',
    text: '(loss.jy0 + loss.jySum) / words(response)',
    means:
      'The loss of the response given the instruction, divided by its words instead of its tokens, so that tokenizers can be compared.',
  },
  {
    name: 'IFD below 1',
    text: 'ifd.strict < 1',
    means:
      'Whether the instruction helps at all; rows of 1 and more are left out when data are chosen by IFD (arXiv 2308.12032).',
  },
  {
    name: 'IFD percentile of its seed set',
    text: 'percentile(ifd.strict, within: seed set)',
    means: 'Above 90 are the tenth of each seed set with the highest IFD.',
  },
  {
    name: 'IFD within its level',
    text: 'zscore(ifd.strict, within: level)',
    means: 'How far the IFD is from the mean of rows of the same difficulty level.',
  },
  {
    name: 'Longer than its seed set',
    text: 'words(instruction) / mean(words(instruction), within: seed set)',
    means: 'The length of the instruction as a multiple of the mean of its seed set.',
  },
]
