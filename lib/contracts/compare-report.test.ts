import { describe, expect, it } from 'vitest'
import type { CompareInterval, CompareMetric, CompareOmnibus, CompareSummary } from './compare'
import {
  compareSentence,
  compareTable,
  latexTable,
  markdownTable,
  omnibusSentence,
} from './compare-report'

const side = { runId: null, definitionHash: null, rows: 12, valued: 10, missing: {} }

function metricOf(pHolm: number, meanDifference = 1.5, label = 'Score'): CompareMetric {
  return {
    column: 'score.score',
    label,
    shortLabel: label,
    unitName: 'seed',
    unit: '',
    shape: 'scalar',
    direction: 'higher',
    directionMeans: '',
    levels: null,
    a: side,
    b: side,
    conflict: null,
    doubt: '',
    pairsWithoutValue: 0,
    paired: {
      n: 10,
      seeds: 10,
      meanA: 5,
      meanB: 3.5,
      meanDifference,
      medianDifference: 1,
      aHigher: 6,
      bHigher: 2,
      ties: 2,
      wilcoxon: { ok: true, n: 8, z: -1.98, effect: 0.777, p: pHolm / 2, pHolm },
      sign: { ok: false, reason: 'all_ties' },
      cliff: { ok: true, delta: 0.35 },
      histogram: null,
    },
    levelTests: null,
    controls: [
      {
        pairs: 'all',
        length: 'as_is',
        n: 10,
        ok: true,
        estimate: meanDifference,
        standardError: 0.6,
        low: 0.3,
        high: 2.7,
        seeds: 10,
        slope: null,
        detectable: 1.68,
      },
    ],
    unpaired: null,
  }
}

function intervalOf(low: number, high: number): CompareInterval {
  return {
    ok: true,
    low,
    high,
    resamples: 10_000,
    withoutValue: 0,
    seed: 1,
    seeds: 10,
    strata: 1,
    method: 'multinomial',
  }
}

const LABELS = { a: 'small', b: 'large' }
const sentence = (metric: CompareMetric, interval?: CompareInterval) =>
  compareSentence(metric, interval, LABELS, 2)

describe('the sentence to quote', () => {
  it('names a direction where interval and corrected test both show it', () => {
    expect(sentence(metricOf(0.02), intervalOf(0.4, 2.8))).toBe(
      'Over 10 pairs of rows from the same seeds, Score is on average 1.50 higher for small than for large (95 % interval 0.400 to 2.80, seeds resampled; Wilcoxon signed-rank test, p = 0.020, Holm-corrected over 2 tests).',
    )
    expect(sentence(metricOf(0.0001, -1.5), intervalOf(-2.8, -0.4))).toContain(
      '1.50 lower for small than for large',
    )
  })

  it('claims nothing where only one of them does, or none, or no interval is there yet', () => {
    for (const [p, interval] of [
      [0.2, intervalOf(0.4, 2.8)],
      [0.02, intervalOf(-0.1, 2.8)],
      [0.02, undefined],
      [0.02, { ok: false, reason: 'n_too_small' } as const],
    ] as const) {
      const text = sentence(metricOf(p), interval)
      expect(text).toContain('interval and test do not both show a difference')
      expect(text).not.toMatch(/higher|lower/)
    }
    const none = sentence(metricOf(0.4), intervalOf(-0.2, 2.8))
    expect(none).not.toMatch(/higher|lower/)
    expect(none).toContain('does not show that they are equal. A true difference of 1.68 would be')
  })

  it('says nothing of a conflict or of no pairs, and unpaired sets carry their limit', () => {
    const metric = metricOf(0.02)
    const message = 'Two scales.'
    expect(sentence({ ...metric, conflict: { kind: 'definition', message } })).toBeNull()
    expect(sentence({ ...metric, paired: null })).toBeNull()
    const mannWhitney = { ok: true, u: 67, z: 2, delta: 0.4, p: 0.01, pHolm: 0.02 } as const
    const ks = { ok: false, reason: 'n_too_small' } as const
    const unpaired = {
      nA: 10,
      nB: 1,
      unitsA: 10,
      unitsB: 1,
      meanA: 5,
      meanB: 3,
      mannWhitney,
      ks,
      difference: { ok: true, estimate: 2, standardError: 0.5, low: 1, high: 3 } as const,
      levels: null,
    }
    expect(sentence({ ...metric, paired: null, unpaired })).toMatch(
      /^In 10 rows of small and 1 row of large that are not paired by seed, .*mean difference 2.00, 95 % interval 1.00 to 3.00; .* seeds are not controlled for\.$/,
    )
    const weak = { ...unpaired, mannWhitney: { ...mannWhitney, pHolm: 0.3 } }
    expect(sentence({ ...metric, paired: null, unpaired: weak })).toContain('no difference')
  })
})

describe('the table', () => {
  const hostile = '50% of $x_1$ & \\cmd{} | *a* <b>\nnext'
  const metric = metricOf(0.0001, 1.5, hostile)
  const part = { aligned: 10, metrics: [metric] }
  const summary = { ...part, further: [], omnibus: [], operators: [] } as unknown as CompareSummary
  const sides = ['small.1', 'large.1', 'seeds']
  const table = compareTable(summary, [{ 'score.score': intervalOf(-0.39, 2.8475) }], sides)

  it('holds unrounded numbers, and null where there is none', () => {
    expect(table.rows[0]).toMatchObject({ low: -0.39, high: 2.8475, pairs: 10, missingA: 2 })
    expect(compareTable(summary, [], sides).rows[0]).toMatchObject({ low: null, high: null })
  })

  it('of three sides names both sides of each line, and the test over all of them', () => {
    const friedman = { ok: true, n: 9, chi2: 7, df: 2, concordance: 0.39, meanRanks: [1, 2, 3] }
    const three = {
      ...summary,
      further: [{ ...part, a: 2, b: 1 }],
      omnibus: [
        { column: 'score.score', label: 'Score', friedman: { ...friedman, p: 0.03, pHolm: 0.09 } },
        { column: 'x.x', label: 'X', friedman: { ok: false, reason: 'all_ties' } },
      ],
    } as unknown as CompareSummary
    const { columns, rows } = compareTable(three, [{}, { 'score.score': intervalOf(1, 2) }], sides)
    expect(columns.slice(0, 2).map(({ label }) => label)).toEqual(['Side A', 'Side B'])
    expect(rows).toMatchObject([
      { a: 'small.1', b: 'large.1', low: null },
      { a: 'seeds', b: 'large.1', low: 1 },
      { a: 'all sides', test: 'Friedman test', p: 0.03, pHolm: 0.09, seeds: 9, effect: 0.39 },
      { a: 'all sides', note: 'every seed has equal values on all sides' },
    ])
    expect(omnibusSentence(three.omnibus[0] as CompareOmnibus, 3, 8)).toBe(
      "Over 9 seeds with a value on all 3 sides, no difference in Score between sides is shown (Friedman test, p = 0.090, Holm-corrected over 8 tests; Kendall's W 0.390).",
    )
    expect(omnibusSentence(three.omnibus[1] as CompareOmnibus, 3, 8)).toContain('has no test over')
  })

  it('is Markdown in which a name cannot end its cell', () => {
    const [head, rule, line, end] = markdownTable(table).split('\n')
    expect(head).toMatch(/^\| Metric \| Unit \| Mean A/)
    expect(rule?.match(/---/g)).toHaveLength(table.columns.length)
    expect(line).toContain('50% of $x\\_1$ & \\\\cmd\\{\\} \\| \\*a\\* \\<b\\> next |')
    expect(line?.match(/(?<!\\)\|/g)).toHaveLength(table.columns.length + 1)
    expect(end).toBe('')
  })

  it('is LaTeX in which a name is no command', () => {
    const text = latexTable(table)
    expect(text).toContain(
      '50\\% of \\$x\\_1\\$ \\& \\textbackslash{}cmd\\{\\} | *a* $<$b$>$ next & ',
    )
    expect(text).toContain(' & $-$0.390 & 2.85 & ')
    expect(text).toContain(' & $<$ 0.001 & ')
    const line = text.split('\n').find((one) => one.startsWith('50'))
    expect(line?.match(/(?<!\\)&/g)).toHaveLength(table.columns.length - 1)
  })
})
