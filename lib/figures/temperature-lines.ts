import { exampleArms, exampleRuns } from './shared/example-results'
import { resultLines } from './shared/result-lines'

/** Benchmark results over the temperature at which the evolver wrote the data. */
export const temperatureLines = resultLines({
  id: 'temperature-lines',
  title: 'Results over temperatures of the evolver',
  description:
    'What one student reaches when it is trained on data that each evolver wrote at different temperatures.',
  xLabel: 'Temperature of the evolver',
  ofStudent: true,
  layout: {
    place: ({ mapping: { temperature } }) => (temperature === null ? null : String(temperature)),
    needs: 'a temperature',
    paper: ({ fileId }) => fileId === 'table-12',
  },
  places: (found) => {
    const keys = found.toSorted((a, b) => Number(a) - Number(b))
    return { keys, names: keys, at: keys.map(Number) }
  },
  tables: 'Table 12, Llama-3.2-3B',
  example: () =>
    exampleRuns(
      exampleArms().flatMap((armKey) =>
        [0, 0.3, 0.7, 0.9].map((temperature) => ({
          armKey,
          round: 1,
          student: 'Example-8B',
          temperature,
          gain: 0.02 - 0.03 * (temperature - 0.3) ** 2,
        })),
      ),
    ),
})
