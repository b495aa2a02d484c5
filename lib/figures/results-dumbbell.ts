import type { StoredResult } from '@/lib/contracts/results'
import { exampleArms, exampleRuns } from './shared/example-results'
import { resultDots } from './shared/result-dots'
import { studentLayout, studentTables, studentTablesText } from './shared/student-tables'

/** Returns made-up results of three students, trained on the seeds and on the data of two evolvers. */
export function exampleStudents(): StoredResult[] {
  return exampleRuns(
    ['Example-3B', 'Example-7B', 'Example-8B'].flatMap((student, at) =>
      exampleArms(true).map((armKey) => ({ armKey, round: 1, student, gain: 0.05 * at })),
    ),
  )
}

/** What each student reaches when trained on the seeds and on the data of each evolver. */
export const resultsDumbbell = resultDots<typeof studentTables>({
  id: 'results-dumbbell',
  title: 'Results by student',
  description:
    'What each student reaches on each benchmark when it is trained on the seeds and on the data of each evolver, ordered by the difference of the evolvers.',
  placeLabel: 'Student',
  more: studentTables,
  layout: (_results, chosen) => studentLayout(chosen),
  tables: studentTablesText,
  example: exampleStudents,
})
