import { exampleArms, exampleRuns } from './shared/example-results'
import { resultDots } from './shared/result-dots'

const EXPORTS = ['All rows', 'Best by IFD', 'Best by IC-IFD'].map((name, at) => ({
  id: `export-${at}`,
  name,
  rows: at === 0 ? 10_000 : 2500,
}))

/** What students reach when they are trained on what different selectors keep. */
export const selectorDots = resultDots({
  id: 'selector-dots',
  title: 'Results by selected training set',
  description:
    'What students reach when they are trained on different exports of the study, such as the rows that different selectors keep.',
  placeLabel: 'Training set',
  layout: ({ exports }) => ({
    place: ({ source, model, mapping: { subsetId, student } }) => {
      // The paper's table names what was selected after the student.
      if (source === 'paper') return model.replace(`${student ?? ''}, `, '')
      return exports.find(({ id }) => id === subsetId)?.name ?? null
    },
    needs: 'an export that it was trained on',
    paper: ({ fileId }) => fileId === 'table-5',
  }),
  tables: () => 'Table 5, Llama-3-8B, 25 % kept',
  exports: EXPORTS,
  example: () => {
    const [armKey = ''] = exampleArms()
    return exampleRuns(
      EXPORTS.map(({ id }, at) => ({
        armKey,
        round: 3,
        student: 'Example-8B',
        subsetId: id,
        gain: 0.03 * at,
      })),
    )
  },
})
