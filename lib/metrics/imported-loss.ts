import { ratioOf } from '@/lib/contracts/values-file'
import { importedMetric } from './imported/metric'
import { seriesParams } from './imported/series'
import type { OutputSpec } from './types'

const FORMULA = 'L(y) and L(y|x) as in the file; ifd = L(y|x) / L(y); ifd_ppl = ppl(y|x) / ppl(y)'

function output(key: string, label: string, description: string): OutputSpec {
  return {
    key,
    label,
    shape: 'scalar',
    dtype: 'f64',
    unit: '',
    direction: 'higher',
    directionMeans: 'More surprising to the scoring model, which is not known.',
    description,
  }
}

/** Raw superfiltering losses that came in a file of their own. */
export const importedLoss = importedMetric({
  id: 'imported_loss',
  label: 'Losses (imported)',
  description: 'Losses of responses as another tool wrote them, line by line, beside the rows.',
  formula: FORMULA,
  source:
    'ppl and loss of a raw superfiltering file; 0 marks a failed row; numbers of tokens are not known',
  params: seriesParams,
  outputs: [
    output('ifd', 'IFD of imported losses', 'L(y|x) / L(y) of imported losses.'),
    output('ifd_ppl', 'IFD ppl of imported losses', 'Ratio of the imported perplexities.'),
    output('loss_alone', 'L(y) imported', 'Mean loss of the response alone, as imported.'),
    output(
      'loss_conditioned',
      'L(y|x) imported',
      'Mean loss of the response after the instruction, as imported.',
    ),
  ],
  examples: [
    {
      name: 'a ratio, and the reason where one of both is missing',
      run: () => {
        const ok = (value: number) => ({ value, status: 'ok' as const })
        const failed = { value: null, status: 'error' as const }
        const short = { value: null, status: 'one_token_response' as const }
        return {
          ratio: ratioOf(ok(1.5), ok(2)).value,
          failed: ratioOf(failed, ok(2)).status,
          divisor: ratioOf(failed, short).status,
        }
      },
      expected: { ratio: 0.75, failed: 'error', divisor: 'one_token_response' },
    },
  ],
})
