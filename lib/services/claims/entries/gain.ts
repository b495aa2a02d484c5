import { allOf, isFollowing, resultsCheck, type ResultClaim } from '../checks/results'
import { billions, overSizes } from '../checks/sizes'
import type { ClaimStudy, Outcome, Sides } from '../study'
import { emptyFinding } from '../verdict'
import { figure, PAPER, type ClaimEntry } from './entry'

const SMALL_LARGE = { a: { side: 'small' }, b: { side: 'large' } } as const
const higher = 'higher' as const

function overSizesOf({ results }: ClaimStudy): ResultClaim {
  const sizes = results.map(({ mapping }) => billions(mapping.size))
  const own = Math.min(...sizes.filter((size) => !Number.isNaN(size)))
  // The paper's smallest student has 0.5 billion parameters.
  const least = Number.isFinite(own) ? own : 0.5
  return {
    label: 'Results over sizes',
    ...SMALL_LARGE,
    expected: higher,
    tables: [11],
    only: (result) =>
      result.mapping.size !== null &&
      !(isFollowing(result) && billions(result.mapping.size) === least),
    every: ({ mapping }) => mapping.size ?? '',
  }
}

/** Ways to evolve are phrases of the plans that Auto Evol-Instruct writes; nothing extracts them yet. */
const withoutWays = async (_: ClaimStudy, { small, large }: Sides): Promise<Outcome> => ({
  findings: [
    emptyFinding({
      label: 'Ways to evolve',
      a: small.label,
      b: large.label,
      expected: null,
      because: 'Evolens does not extract them from the rows yet, so only the results are checked',
    }),
  ],
})

/** Claims of the paper on what training gained. */
export const GAIN_CLAIMS: readonly ClaimEntry[] = [
  {
    id: 'C01',
    question: 'gain',
    claim:
      'After one round of Evol-Instruct, data of the small evolver train better students than data of the large one.',
    check:
      'Mean difference of benchmark results of the same students; bootstrap over students and benchmarks, sign test.',
    published: '42 of 48 numbers higher in Table 1, 39 of 48 in Table 2.',
    scenario: 'evol-instruct',
    figures: [figure('results-dumbbell', PAPER)],
    run: resultsCheck(() => [
      {
        label: 'Results, round 1',
        a: { side: 'small', round: 1 },
        b: { side: 'large', round: 1 },
        expected: higher,
        tables: [1, 2],
      },
    ]),
  },
  {
    id: 'C03',
    question: 'gain',
    claim: 'In rounds 1 and 2 students of the small evolver are ahead on all benchmarks.',
    check: 'Mean difference of results in both rounds, and its sign on each benchmark and round.',
    published: '16 of 16 numbers higher (Table 10).',
    scenario: 'evol-instruct',
    figures: [figure('results-over-rounds', { view: 'difference' })],
    run: resultsCheck(() => [
      {
        label: 'Results, rounds 1 and 2',
        ...SMALL_LARGE,
        expected: higher,
        tables: [10],
        only: ({ mapping }) => mapping.round === 1 || mapping.round === 2,
        every: ({ benchmark, mapping }) => `${benchmark}, round ${mapping.round}`,
      },
    ]),
  },
  {
    id: 'C06',
    question: 'gain',
    claim:
      'The advantage holds for students of every size, except for instruction following of the smallest.',
    check:
      'Mean difference of results over sizes without instruction following of the smallest size, and its sign at each size; how it changes with size and tuning beside it.',
    published: 'Higher in 45, equal in 2 and lower in 9 of 56 numbers (Table 11).',
    scenario: 'evol-instruct',
    figures: [figure('results-over-sizes', { view: 'difference', scale: 'log' })],
    run: allOf(
      resultsCheck((study) => [overSizesOf(study)]),
      overSizes(overSizesOf),
    ),
  },
  {
    id: 'C07',
    question: 'gain',
    claim:
      'AutoIF: constraints written by the small evolver train better instruction following, with comparable general ability.',
    check:
      'Mean difference of instruction-following results; general ability not lower by more than the margin.',
    published:
      '23 of 24 IFEval and 24 of 30 FollowBench numbers higher; 16 of 24 of general ability (Table 3).',
    scenario: 'autoif',
    figures: [figure('results-dumbbell')],
    run: resultsCheck(({ margin }) => [
      {
        label: 'Instruction following',
        ...SMALL_LARGE,
        expected: higher,
        tables: [3],
        only: isFollowing,
      },
      {
        label: 'General ability',
        ...SMALL_LARGE,
        expected: 'not_lower',
        margin,
        tables: [3],
        only: (result) => !isFollowing(result),
      },
    ]),
  },
  {
    id: 'C09',
    question: 'gain',
    claim: 'Auto Evol-Instruct: the set of the small evolver trains better students.',
    check:
      'Mean difference of results. That it lists more ways to evolve is not checked: Evolens does not extract them yet.',
    published: '23 of 24 numbers higher (Table 4); 6.9 % more ways to evolve.',
    scenario: 'auto-evol',
    figures: [figure('results-dumbbell')],
    run: allOf(
      resultsCheck(() => [{ label: 'Results', ...SMALL_LARGE, expected: higher, tables: [4] }]),
      withoutWays,
    ),
  },
  {
    id: 'C11',
    question: 'gain',
    claim: 'The advantage holds at every temperature of the evolver.',
    check: 'Mean difference of results over temperatures, and its sign at each temperature.',
    published: '11 of 12 numbers higher (Table 12; MBPP at 0.7 is 32.80 against 36.00).',
    scenario: 'evol-instruct',
    figures: [figure('temperature-lines', { view: 'difference' })],
    run: resultsCheck(() => [
      {
        label: 'Results over temperatures',
        ...SMALL_LARGE,
        expected: higher,
        tables: [12],
        only: ({ mapping }) => mapping.temperature !== null,
        every: ({ mapping }) => `temperature ${mapping.temperature}`,
      },
    ]),
  },
  {
    id: 'C16',
    question: 'gain',
    claim: 'Seed data alone train weaker students than evolved data.',
    check: 'Mean difference of results of evolved data and seeds for the same students.',
    published:
      'Evolved data higher in 185 of 192 comparisons, 1 tie (Table 9 against Tables 1 and 2).',
    figures: [figure('results-dumbbell', PAPER)],
    run: resultsCheck(() => [
      {
        label: 'Small evolver against seeds',
        a: { side: 'small', round: 1 },
        b: { side: 'seeds' },
        expected: higher,
        tables: [1, 2, 9],
      },
      {
        label: 'Large evolver against seeds',
        a: { side: 'large', round: 1 },
        b: { side: 'seeds' },
        expected: higher,
        tables: [1, 2, 9],
      },
    ]),
  },
]
