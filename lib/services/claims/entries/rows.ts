import {
  atEqualLength,
  DIFFICULTY,
  facetFindings,
  hasRound,
  inEveryRound,
  inLastRound,
  withoutRows,
} from '../checks/difficulty'
import {
  isJudgedPairs,
  rewardCheck,
  saturationCheck,
  selectionCheck,
  setNumbers,
} from '../checks/others'
import { distinctTexts } from '../checks/distinct'
import { byEveryModel, secondJudge } from '../checks/judges'
import { underEveryOperator } from '../checks/operators'
import { OUTCOME_FIGURE, overSets } from '../checks/outcome'
import { allOf, isFollowing, resultsCheck } from '../checks/results'
import { filledOnly } from '../columns'
import type { ClaimStudy, Outcome, Sides } from '../study'
import { figure, PAPER, type ClaimEntry } from './entry'

const higher = 'higher' as const
const lower = 'lower' as const
const EVOLVERS_LEVELS = figure('level-transitions', { pairs: 'evolver' })

/** Both evolvers at rounds of their own, by difficulty in each seed set. */
async function crossDifficulty(study: ClaimStudy, sides: Sides): Promise<Outcome> {
  if (!hasRound(study, sides.small.key, 2) || !hasRound(study, sides.large.key, 3)) {
    return withoutRows(sides, 'at round 2 and round 3, respectively')
  }
  return filledOnly(study, await facetFindings(study, sides, [2, 3], DIFFICULTY))
}

async function tooHard(study: ClaimStudy, sides: Sides): Promise<Outcome> {
  if (!hasRound(study, sides.small.key, 3) || !hasRound(study, sides.large.key, 3)) {
    return withoutRows(sides, 'at round 3')
  }
  return filledOnly(study, await facetFindings(study, sides, [3, 3], DIFFICULTY.slice(0, 1)))
}

/** Claims on the rows themselves, and on which of them are worth selecting. */
export const ROW_CLAIMS: readonly ClaimEntry[] = [
  {
    id: 'C02',
    question: 'hard',
    claim: 'Instructions of the small evolver are harder in every round and seed set.',
    check:
      'Paired difference of difficulty level and score in each round and seed set; all must hold. Agreement with a second judge model beside it.',
    published: 'Mean level higher in 9 of 9 facets (Figure 2), mean score in 9 of 9 (Table 13).',
    scenario: 'evol-instruct',
    figures: [
      figure('difficulty-levels', PAPER),
      figure('scores-over-rounds', PAPER),
      EVOLVERS_LEVELS,
    ],
    run: allOf(inEveryRound(DIFFICULTY), secondJudge),
  },
  {
    id: 'C04',
    question: 'hard',
    claim:
      'Round 3 of the small evolver is too hard: its students lose instruction following and fall behind those of the large evolver.',
    check:
      'IFEval of round 3 against round 2 and against the large evolver; difficulty level of round 3.',
    published:
      '4 of 4 IFEval numbers fall and end below the large evolver (Table 10); 66.80 % very hard against 22.14 % for Alpaca (Figure 2).',
    scenario: 'evol-instruct',
    figures: [figure('results-over-rounds', PAPER), figure('difficulty-levels', PAPER)],
    run: allOf(
      tooHard,
      resultsCheck(() => [
        {
          label: 'IFEval, round 3 against round 2',
          a: { side: 'small', round: 3 },
          b: { side: 'small', round: 2 },
          expected: lower,
          tables: [10],
          only: isFollowing,
        },
        {
          label: 'IFEval, round 3 against the large evolver',
          a: { side: 'small', round: 3 },
          b: { side: 'large', round: 3 },
          expected: lower,
          tables: [10],
          only: isFollowing,
        },
      ]),
    ),
  },
  {
    id: 'C05',
    question: 'hard',
    claim:
      'Round 2 of the small evolver is already harder, and trains better students, than round 3 of the large one.',
    check:
      'Paired difference of difficulty across rounds in each seed set; mean difference of results.',
    published:
      'Mean score higher in 3 of 3 seed sets (Table 13), 7 of 8 results higher (Table 10; MATH 11.48 against 11.82).',
    scenario: 'evol-instruct',
    figures: [figure('scores-over-rounds', PAPER), figure('results-over-rounds', PAPER)],
    run: allOf(
      crossDifficulty,
      resultsCheck(() => [
        {
          label: 'Results, round 2 against round 3',
          a: { side: 'small', round: 2 },
          b: { side: 'large', round: 3 },
          expected: higher,
          tables: [10],
        },
      ]),
    ),
  },
  {
    id: 'C08',
    question: 'diverse',
    claim: 'AutoIF: the set of the small evolver is more diverse.',
    check:
      'Paired difference of the minimum neighbour distance at equal n; set measures and distinct instructions beside it.',
    published: 'Curves only (Figure 4); 780 verified constraints against 420.',
    scenario: 'autoif',
    figures: [figure('mnd-density'), figure('set-measures')],
    run: allOf(inLastRound([{ id: 'mnd.mnd', expected: higher }]), setNumbers, distinctTexts),
  },
  {
    id: 'C10',
    question: 'diverse',
    claim:
      'The small evolver puts less probability on its likeliest token, so its output space is wider.',
    check:
      'Paired difference of the probability of the first token in each round and seed set, by every model that measured it; all must hold.',
    published: 'Curves only (Figure 5).',
    figures: [figure('first-token-probability')],
    run: byEveryModel({ id: 'first_token_probability.p', expected: lower }),
  },
  {
    id: 'C12',
    question: 'selection',
    claim:
      'Where rows are too hard, IFD rises although students get worse; IC-IFD falls with them.',
    check:
      'Paired difference of IFD and IC-IFD in the last round, and of the results of round 3; rank correlation of both with results over sets, the length first.',
    published:
      'IFD 83.04 against 82.03, IC-IFD 35.89 against 37.05, x 100, two data sets (Table 15).',
    scenario: 'evol-instruct',
    figures: [
      figure(OUTCOME_FIGURE, { x: 'ic_ifd.strict', paper: true }),
      figure('ifd-against-ic-ifd'),
      figure('ic-ifd-density'),
      figure('ifd-density'),
    ],
    run: allOf(
      inLastRound([
        { id: 'ifd.strict', expected: higher },
        { id: 'ic_ifd.strict', expected: lower },
      ]),
      resultsCheck(() => [
        {
          label: 'Instruction following, round 3',
          a: { side: 'small', round: 3 },
          b: { side: 'large', round: 3 },
          expected: lower,
          tables: [10],
          only: isFollowing,
        },
      ]),
      overSets([
        { id: 'ifd.strict', label: 'IFD', expected: lower },
        { id: 'ic_ifd.strict', label: 'IC-IFD', expected: higher },
      ]),
    ),
  },
  {
    id: 'C13',
    question: 'selection',
    claim:
      'The quarter of rows with the highest IC-IFD trains better than all rows and than quarters selected by length, perplexity or IFD.',
    check: 'Results of students trained on exports, by what the export was selected by.',
    published: '4 of 4 IFEval numbers highest (Table 5).',
    figures: [figure('selector-dots', PAPER)],
    run: selectionCheck(
      ['all rows', 'length', 'perplexity', 'IFD'],
      (result) => !isJudgedPairs(result),
    ),
  },
  {
    id: 'C14',
    question: 'selection',
    claim:
      'Selection by IC-IFD beats selection by IFD and all rows when responses are judged in pairs.',
    check: 'Win rates of students trained on exports, by what the export was selected by.',
    published: '6 of 6 bars (Figure 6), 3 of 3 bars (Figure 7).',
    figures: [figure('win-tie-lose', PAPER)],
    run: selectionCheck(['IFD', 'all rows'], isJudgedPairs),
  },
  {
    id: 'C15',
    question: 'selection',
    claim:
      'A reward model is a poor measure of instructions: it does not tell which of two sets trains better students.',
    check:
      'In each round and seed set: does the sign of the mean reward difference agree with that of the results?',
    published:
      'Higher reward for the small evolver in 5 of 9 cells; its sign agrees with Table 10 in 6 of 9 (Table 14).',
    figures: [figure('reward-dots', PAPER), figure('results-over-rounds', { view: 'difference' })],
    run: rewardCheck,
  },
  {
    id: 'X01',
    question: 'extra',
    claim: 'The harder instructions of the small evolver are harder at equal length, too.',
    check:
      'Difference of difficulty in the last round as it is, among pairs with about equally many added words, and by regression on them.',
    published: 'Not tested by the paper.',
    figures: [
      figure('scatter', { x: 'added_words.words', y: 'difficulty_score.score' }),
      EVOLVERS_LEVELS,
    ],
    run: atEqualLength,
  },
  {
    id: 'X02',
    question: 'extra',
    claim:
      'The scale of difficulty is not saturated: fewer than half of the rows of the last round have the top level.',
    check:
      'Share of rows with the top level for each evolver, with Wilson interval and binomial test.',
    published: '66.80 % very hard in round 3 of the small evolver for Alpaca (Figure 2).',
    figures: [figure('difficulty-levels', PAPER)],
    run: saturationCheck,
  },
  {
    id: 'X03',
    question: 'extra',
    claim: 'The instructions of the small evolver are harder with every operator.',
    check:
      'Paired difference of difficulty among rows of each operator in the last round; all must hold. Whether operators differ beside it.',
    published: 'Not tested by the paper.',
    scenario: 'evol-instruct',
    figures: [figure('operator-effect'), figure('operator-mix')],
    run: underEveryOperator,
  },
]
