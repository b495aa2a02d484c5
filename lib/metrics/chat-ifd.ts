import { CHAT_SUMS } from './chat-loss'
import { asColumns } from './token-loss/worked'
import { harderVariants, type HarderVariant } from './token-loss/metric'
import { rowIcIfd, rowIfd, type RatioForm } from './token-loss/ratios'
import {
  conditionalLoss,
  instructionLoss,
  READS,
  responseLoss,
  type RowFormula,
} from './token-loss/read'
import { defineMetric } from './types'

const HARDER = 'Harder: the instruction helps less. From 1 on it does not help.'
const ifdOf =
  (form: RatioForm): RowFormula =>
  (columns, i) =>
    rowIfd(columns, i, 'strict', form)

const VARIANTS: Record<string, HarderVariant> = {
  ifd: {
    label: 'IFD (chat template)',
    unit: '',
    description:
      'Ratio of mean losses of the response: under the templated instruction, and after the reply header alone.',
    directionMeans: HARDER,
    of: ifdOf('loss'),
  },
  'ifd-ppl': {
    label: 'IFD ppl (chat template)',
    unit: '',
    description: 'The same as a ratio of perplexities.',
    directionMeans: HARDER,
    of: ifdOf('ppl'),
  },
  'ic-ifd': {
    label: 'IC-IFD (chat template)',
    unit: '1/nat',
    description:
      "IFD under the template divided by the loss of the instruction's own tokens inside it.",
    directionMeans: 'The response is hard although the instruction is plain.',
    of: (columns, i) => rowIcIfd(columns, i, 'strict', 'loss'),
  },
  conditional: {
    label: 'L(y|x) (chat template)',
    unit: 'nat',
    description: 'Mean loss per token of the response after the templated instruction.',
    directionMeans: 'Harder to predict with the instruction at hand.',
    of: (columns, i) => conditionalLoss(columns, i, 'strict'),
  },
  response: {
    label: 'L(y) (chat template)',
    unit: 'nat',
    description: 'Mean loss per token of the response after the reply header alone.',
    directionMeans: 'Harder to predict without the instruction.',
    of: (columns, i) => responseLoss(columns, i, 'strict'),
  },
  instruction: {
    label: 'L(x) (chat template)',
    unit: 'nat',
    description: "Mean loss per token of the instruction's own tokens inside the template.",
    directionMeans: 'More surprising: rarer or less fluent wording.',
    of: (columns, i) => instructionLoss(columns, i, 'strict'),
  },
}

const derived = harderVariants(VARIANTS, { output: 'chat_ifd' })

/** Strict IFD, IC-IFD and losses under the scoring model's own chat template. */
export const chatIfd = defineMetric({
  ...derived,
  kind: 'derived',
  id: 'chat_ifd',
  version: 1,
  label: 'IFD under the chat template',
  description:
    "The strict scores with the instruction as a user message in the scoring model's own chat template.",
  formula: 'IFD = L(y|template(x)) / L(y|reply header);   IC-IFD = IFD / L(x in the template)',
  source: 'This product’s variant of the strict mode; not comparable with published values',
  from: 'chat_loss',
  reads: READS.chat,
  examples: [
    {
      name: 'a row of known sums',
      run() {
        const values = { ...CHAT_SUMS, jnSum: 0 }
        const columns = asColumns([{ index: 0, status: 'ok', values }])
        return Object.fromEntries(
          Object.keys(VARIANTS).map((key) => [
            key,
            derived.derive(columns, key, 1).values[0] as number,
          ]),
        )
      },
      // L(x) = (4 + 2) / 2, L(y|x) = (3 + 1) / 2, L(y) = (3.5 + 1.5) / 2
      expected: {
        ifd: 0.8,
        'ifd-ppl': Math.exp(-0.5),
        'ic-ifd': 0.8 / 3,
        conditional: 2,
        response: 2.5,
        instruction: 3,
      },
    },
  ],
})
