import { z } from 'zod'
import { exampleOutcomes } from './shared/example-outcomes'
import {
  columnOfOutcome,
  LENGTH,
  outcomeOptions,
  prepareOutcome,
  type OutcomePrepared,
} from './shared/outcome'
import { outcomeAltText, outcomeReading, outcomeSets, outcomeTable } from './shared/outcome-text'
import { defineFigure } from './types'

const options = z.object(outcomeOptions)
type Options = z.infer<typeof options>

/** A metric of training sets against what students trained on them reach. */
export const metricAgainstOutcome = defineFigure<Options, OutcomePrepared>({
  id: 'metric-against-outcome',
  title: 'Metric against results of training',
  description:
    'The mean of a metric over each set of rows that a student was trained on against what the student reaches, with the rank correlation over sets; that of the length always beside it.',
  drawing: 'points',
  question: 'gain',
  options,
  columns: (chosen) => [...new Set([columnOfOutcome(chosen).column, LENGTH])],
  needsResults: true,
  prepare: prepareOutcome,
  table: outcomeTable,
  drawn: outcomeSets,
  reading: outcomeReading,
  altText: outcomeAltText,
  example: () => ({ data: exampleOutcomes(), options: {} }),
})
