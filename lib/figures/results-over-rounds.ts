import type { StoredResult } from '@/lib/contracts/results'
import { exampleArms, exampleRuns } from './shared/example-results'
import { resultLines } from './shared/result-lines'
import { roundLabel } from './shared/series'

// The student of the paper's figure: table 10 has its rounds, table 9 what it reaches on seed data.
const STUDENT = 'Llama-3-8B'

function example(): StoredResult[] {
  const models = exampleArms().flatMap((armKey) =>
    [1, 2, 3].map((round) => ({ armKey, round, gain: 0.03 * round })),
  )
  const seeds = { armKey: 'seeds', round: 0, gain: 0 }
  return exampleRuns([seeds, ...models].map((model) => ({ ...model, student: 'Example-8B' })))
}

/** Benchmark results of one student over the rounds of each evolver. */
export const resultsOverRounds = resultLines({
  id: 'results-over-rounds',
  title: 'Results over rounds',
  description:
    'What one student reaches on each benchmark when it is trained on the seeds and on each round of each evolver, with 95 % intervals.',
  xLabel: 'Round',
  ofStudent: true,
  layout: {
    place: ({ mapping: { round, armKey } }) =>
      armKey === 'seeds' ? '0' : round === null ? null : String(round),
    needs: 'a round',
    paper: ({ fileId, mapping }) =>
      fileId === 'table-10' || (fileId === 'table-9' && mapping.student === STUDENT),
  },
  places: (found) => {
    const keys = found.toSorted((a, b) => Number(a) - Number(b))
    return { keys, names: keys.map((key) => roundLabel(Number(key)).replace('Round ', '')) }
  },
  tables: `Tables 9 and 10, ${STUDENT}`,
  example,
})
