import { z } from 'zod'
import type { StatusName } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { renderPrompt, withText, type Prompt } from '@/lib/prompts/prompt'
import { exampleRow, stubReply, stubTools } from '../example-tools'
import { wholeOrNone } from '../params'
import {
  defineMetric,
  type MeasuredMetric,
  type Metric,
  type MetricRow,
  type MetricTools,
  type OtherCellChoice,
  type OutputSpec,
  type RowResult,
} from '../types'
import { promptUse } from './ask'
import { judgeRows, replySchema } from './judge'
import { labelParsers, type ReplyParsers } from './label-parser'
import { judgeParams, sendsPrompt } from './params'
import { lastLine } from './parsed'

/** The words of a verdict on a row against its partner, worst first. */
export const PAIR_VERDICTS = ['lose', 'tie', 'win'] as const
const [LOSE, TIE, WIN] = [1, 2, 3]
const WORDS = ['first', 'second', 'tie']
const KEY = 'verdict'
const SCHEMA = replySchema(KEY, { type: 'string', enum: WORDS })
const labels = labelParsers(WORDS, KEY)
// "First" begins many a sentence, so in free text only a last line that is a verdict and nothing else counts.
const LAST_LINE =
  /^(?:(?:(?:final|my|the) )?(?:verdict|answer|winner|result|choice)(?: is)? ?[:：-]? ?)?(?:the )?(first|second|tie)(?: (?:answer|response|instruction|one))?(?: (?:is better|wins))?[.!]?$/

const parsers: ReplyParsers = {
  ...labels,
  tolerant(reply) {
    const asked = labels.tolerant(reply)
    // What was found as a word among others is looked for again as a verdict.
    if (!['last line', 'whole reply'].includes(asked.rule)) return asked
    const line = lastLine(reply).normalize('NFKC').toLowerCase()
    const word = LAST_LINE.exec(
      line
        .replaceAll(/[*_"'`]/g, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )?.[1]
    if (word === undefined) return { value: null, status: 'unparsed', rule: 'none' }
    return { value: WORDS.indexOf(word) + 1, status: 'repaired', rule: 'last line' }
  },
}

/** Returns what a row asks: its instruction with its input. */
export function requestOf({ instruction, input }: MetricRow): string {
  return input ? `${instruction}\n\n${input}` : instruction
}

/** The result of a pair whose texts are the same. */
function equal(index: number): RowResult {
  const values = { verdict: TIE, agree: 2, as_first: TIE, as_second: TIE, longer: 0 }
  return { index, status: 'ok', values, detail: { message: 'The texts are equal.' } }
}

/** What each word says of the row where it stands first, and where it stands second. */
const SAYS = { first: [WIN, LOSE, TIE], second: [LOSE, WIN, TIE] } as const
type Place = keyof typeof SAYS

interface Pair {
  /** What stands in the places of the prompt. */
  texts: { row: string; partner: string }
  more?: Record<string, string>
}

interface PairMetric extends Pick<MeasuredMetric, 'id' | 'label' | 'description' | 'source'> {
  prompt: Prompt
  /** What is compared, in words. */
  of: string
  /** What the row may be compared with, the usual one first. */
  against: readonly [OtherCellChoice['relation'], ...OtherCellChoice['relation'][]]
  response: boolean
  /** Returns what is compared, or why nothing is. */
  pair(row: MetricRow, partner: MetricRow): Pair | { status: StatusName; message?: string }
}

/** Returns a metric for which a judge model compares each row with the row at the same seed elsewhere, in both orders. */
export function pairMetric(own: PairMetric): Metric {
  const { prompt, of, against, pair, response, ...texts } = own
  const placeholders = prompt.placeholders.map((name) => `{${name}}`).join(', ')
  const params = judgeParams(prompt.id, placeholders).extend({
    against: z
      .enum(against as [OtherCellChoice['relation'], ...OtherCellChoice['relation'][]])
      .default(against[0])
      .describe(
        `What each row is compared with: the row at the same seed of another evolver in the same round, of the same evolver one round before, or the seed itself${against.includes('responses') ? '; or another set of responses to the same rows' : ''}.`,
      ),
    arm: z
      .string()
      .max(200)
      .default('')
      .describe('Key of the other evolver.')
      .meta({ names: 'evolver' }),
    round: wholeOrNone(0, 'Round of the other evolver; empty takes the round of the row.'),
    ...(against.includes('responses')
      ? {
          set: z
            .string()
            .max(200)
            .default('')
            .describe('Name of the other set of responses.')
            .meta({ names: 'responses' }),
        }
      : {}),
  })
  type Params = z.infer<typeof params> & { set?: string }

  const outputs: OutputSpec[] = [
    ...(
      [
        ['verdict', own.label.toLowerCase(), 'in both orders; where the orders disagree a tie'],
        ['as_first', 'verdict standing first', `where the row's ${of} stands first`],
        ['as_second', 'verdict standing second', `where the row's ${of} stands second`],
      ] as const
    ).map(([key, label, when]): OutputSpec => ({
      key,
      label,
      shape: 'enum',
      levels: PAIR_VERDICTS,
      range: [LOSE, WIN],
      dtype: 'f32',
      unit: '',
      direction: 'higher',
      directionMeans: `The judge model prefers the row's ${of}.`,
      description: `Verdict of the judge model on the row's ${of} against the other one, ${when}.`,
    })),
    {
      key: 'agree',
      label: 'orders agree',
      shape: 'enum',
      levels: ['no', 'yes'],
      dtype: 'f32',
      unit: '',
      direction: 'none',
      directionMeans: 'No direction.',
      description: 'Whether the judge model says the same with both texts in each other’s place.',
    },
    {
      key: 'longer',
      label: 'length difference',
      shape: 'scalar',
      dtype: 'f64',
      unit: 'characters',
      direction: 'none',
      directionMeans: 'No direction.',
      description: `Characters of the row's ${of} minus those of the other one.`,
    },
  ]

  function joined(index: number, longer: number, first: RowResult, second: RowResult): RowResult {
    const [a, b] = [first, second].map(({ values }) => values[KEY])
    const said = (value: unknown, place: Place) =>
      typeof value === 'number' ? (SAYS[place][value - 1] ?? null) : null
    const [asFirst, asSecond] = [said(a, 'first'), said(b, 'second')]
    const isRead = asFirst !== null && asSecond !== null
    // The order without a verdict says why the row has none.
    const isFirst = asFirst === null || (asSecond !== null && second.status === 'ok')
    const [replyA, replyB] = [first, second].map(({ detail }) => detail ?? {})
    return {
      index,
      status: isFirst ? first.status : second.status,
      values: {
        verdict: isRead ? (asFirst === asSecond ? asFirst : TIE) : null,
        agree: isRead ? (asFirst === asSecond ? 2 : 1) : null,
        as_first: asFirst,
        as_second: asSecond,
        longer,
      },
      statuses: { as_first: first.status, as_second: second.status, longer: 'ok' },
      detail: {
        ...replyA,
        ...replyB,
        reply: `Standing first: ${String(replyA?.['reply'] ?? '')}\n\nStanding second: ${String(replyB?.['reply'] ?? '')}`,
        rule: [replyA?.['rule'], replyB?.['rule']].filter(Boolean).join(', '),
        // A constrained reply is exact or not by its schema alone.
        exact:
          replyA?.['exact'] == null ? null : replyA['exact'] === true && replyB?.['exact'] === true,
      },
    }
  }

  const computeBatch = async (
    rows: readonly MetricRow[],
    settings: Params,
    tools: MetricTools,
  ): Promise<RowResult[]> => {
    const used = withText(prompt, settings.promptText)
    const pairs = new Map<number, Pair>()
    const results: RowResult[] = []
    for (const row of rows) {
      const { index, partner } = row
      const found = partner ? pair(row, partner) : { status: 'no_partner' as const }
      if ('texts' in found) {
        if (found.texts.row === found.texts.partner) results.push(equal(index))
        else pairs.set(index, found)
      } else {
        const { status, message } = found
        results.push({ index, status, values: {}, ...(message ? { detail: { message } } : {}) })
      }
    }
    const asked = rows.filter(({ index }) => pairs.has(index))
    const inOrder = (place: Place) =>
      judgeRows(
        {
          metric: own.id,
          key: KEY,
          schema: SCHEMA,
          parsers,
          message({ index }) {
            const { texts: both, more } = pairs.get(index) as Pair
            const [first, second] =
              place === 'first' ? [both.row, both.partner] : [both.partner, both.row]
            return { content: renderPrompt(used, { ...more, first, second }) }
          },
        },
        settings,
        asked,
        tools,
      )
    const first = await inOrder('first')
    const second = await inOrder('second')
    asked.forEach(({ index }, at) => {
      const { row, partner } = (pairs.get(index) as Pair).texts
      const longer = [...row].length - [...partner].length
      results.push(joined(index, longer, first[at] as RowResult, second[at] as RowResult))
    })
    return results
  }

  /** Verdicts where a judge model replies so to the row standing first, and standing second. */
  const example = async (replies: readonly (readonly [string, string])[]) => {
    const tools = stubTools({
      async generate({ messages }) {
        const [row, place] = /#(\d+)([ab])/.exec(messages[0]?.content ?? '')?.slice(1) ?? []
        return stubReply({ text: replies[Number(row)]?.[place === 'a' ? 0 : 1] ?? '' })
      },
    })
    const rows = replies.map((_, index) => {
      const texts = (mark: string) => ({
        instruction: response ? 'The same' : `#${index}${mark}`,
        response: `#${index}${mark}`,
      })
      const partner = exampleRow({ index, ...texts('b') })
      return exampleRow({ index, ...texts('a'), partner })
    })
    const results = await computeBatch(rows, params.parse({}) as Params, tools)
    return Object.fromEntries(
      results.map(({ index, status, values }) => [
        String(index),
        typeof values['verdict'] === 'number'
          ? (PAIR_VERDICTS[values['verdict'] - 1] ?? null)
          : status,
      ]),
    )
  }

  const sent = sendsPrompt(prompt)
  return defineMetric<Params>({
    ...texts,
    kind: 'measured',
    scope: 'row',
    version: 1,
    formula:
      'Each pair is asked twice, with the row standing first and standing second; verdict = what both say, tie where they disagree; no verdict where one of the replies holds none. Equal texts are a tie and are not asked.',
    ...sent,
    settle(settings, can) {
      const { against: relation, arm, set = '' } = settings
      const isUnnamed =
        (relation === 'arm' && arm === '') || (relation === 'responses' && set === '')
      // Refused before a run is made: every row would be without a partner.
      if (isUnnamed) {
        const name = relation === 'arm' ? 'evolver by its key' : 'set of responses'
        throw new AppError('invalid_input', `${own.label}: name the other ${name}.`)
      }
      return sent.settle(settings, can)
    },
    inputs: { response, parent: false, partner: true },
    onDemand: true,
    otherCell: ({ against: relation, arm, round, set = '' }) => ({
      relation,
      arm,
      set,
      ...(round === null ? {} : { round }),
    }),
    params: params as unknown as z.ZodType<Params>,
    outputs,
    prompts: ({ promptText }) => [promptUse(withText(prompt, promptText))],
    // As for other judges; each row is asked twice.
    batchRows: 16,
    computeBatch,
    examples: [
      {
        name: 'both orders, read together',
        run: () =>
          example([
            ['first', 'second'],
            ['second', 'first'],
            ['first', 'first'],
            ['tie', 'Tie.'],
            ['first', 'tie'],
            ['first', 'perhaps'],
            ['', 'second'],
            ['It is longer.\n**Verdict:** The first answer.', 'second'],
            ['First, the second is shorter.', 'second'],
          ]),
        expected: {
          '0': 'win',
          '1': 'lose',
          // A judge that always prefers what stands first tells nothing apart.
          '2': 'tie',
          '3': 'tie',
          '4': 'tie',
          '5': 'unparsed',
          '6': 'empty',
          '7': 'win',
          '8': 'unparsed',
        },
      },
    ],
  })
}
