import { exampleArms, exampleRuns } from './shared/example-results'
import { resultDots } from './shared/result-dots'
import { studentOf } from './shared/result-marks'

/** What each student reaches when trained on the seeds and on the data of each evolver. */
export const resultsDumbbell = resultDots({
  id: 'results-dumbbell',
  title: 'Results by student',
  description:
    'What each student reaches on each benchmark when it is trained on the seeds and on the data of each evolver, ordered by the difference of the evolvers.',
  placeLabel: 'Student',
  layout: () => ({
    place: (result) => studentOf(result) || null,
    needs: 'a student',
    // Table 1 has the students of Evol-Instruct with the evolvers of Llama-3.1, table 9 what they reach on seed data.
    paper: ({ fileId }) => fileId === 'table-1' || fileId === 'table-9',
  }),
  tables: 'Tables 1 and 9',
  example: () =>
    exampleRuns(
      ['Example-3B', 'Example-7B', 'Example-8B'].flatMap((student, at) =>
        exampleArms(true).map((armKey) => ({ armKey, round: 1, student, gain: 0.05 * at })),
      ),
    ),
})
