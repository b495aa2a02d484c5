import { afterAll, expect, it } from 'vitest'
import { call, endpointUrl } from '@/components/hooks/api'
import { checkClaimsEndpoint, saveOwnClaimsEndpoint } from '@/lib/api/claims'
import { compareEndpoint, compareTableEndpoint, type ComparePart } from '@/lib/api/compare'
import { compareStateSchema } from '@/lib/contracts/compare'
import type { ImportPlan } from '@/lib/contracts/study'
import { columnMetric } from '@/lib/metrics'
import { createStudy } from '@/lib/services/studies'
import { cliFolder } from '@/lib/testing/cli-folder'
import { importRows } from '@/lib/testing/imports'
import { closeWire, openWire, routeFetch } from '@/lib/testing/route-fetch'

const SCORE = `${columnMetric('score', 'number').metric.id}.value`
const N = 8
const UP = [3, 5, 2, 8, 6, 7, 4, 9]
const DOWN = [1, 4, 2, 6, 5, 3, 4, 5]
const { evolens, fill } = cliFolder()
afterAll(closeWire)

const rowsOf = (by: string, scores: readonly unknown[], idOf = (i: number) => `row-${i}`) =>
  scores.map((score, i) => ({
    id: idOf(i),
    instruction: `${by} instruction ${i}`,
    input: `input ${i}`,
    output: `answer ${i} of ${by}`,
    score,
  }))

const all = (value: unknown, n = N): unknown[] => Array.from({ length: n }, () => value)

interface Case {
  name: string
  small: ReturnType<typeof rowsOf>
  large: ReturnType<typeof rowsOf>
  align?: ImportPlan['align']
  /** What is aligned, and the numbers of the metric. */
  numbers: { aligned: number; n: number | null; difference: string; hasInterval: boolean }
  /** Reasons for missing values of B, or of A where B has none. */
  missing: Record<string, number>
  /** What the command line says, and why the claim is not decided, nothing for a match. */
  says: RegExp
  because: RegExp
  action?: RegExp
}

const CASES: Case[] = [
  {
    name: 'cells of different size',
    small: rowsOf('s', UP),
    large: rowsOf('l', DOWN.slice(0, 5)),
    numbers: { aligned: 5, n: 5, difference: '1.2', hasInterval: true },
    missing: {},
    says: /Over 5 pairs of rows .* do not both show a difference/,
    because: /5 seeds: too few to tell/,
  },
  {
    name: 'partly aligned',
    small: rowsOf('s', UP),
    large: rowsOf('l', DOWN, (i) => ['zeta', 'theta'][i - 6] ?? `row-${i}`),
    align: 'id',
    numbers: { aligned: 6, n: 6, difference: '1.6666666666666667', hasInterval: true },
    missing: {},
    says: /Over 6 pairs of rows from the same seeds/,
    because: /^$/,
  },
  {
    name: 'ids that several rows have',
    small: rowsOf('s', UP),
    large: rowsOf('l', DOWN, (i) => `row-${Math.floor(i / 2)}`),
    align: 'id',
    numbers: { aligned: 0, n: null, difference: '1.75', hasInterval: false },
    missing: {},
    says: /In 8 rows of A .* not paired by seed, no difference in score is shown/,
    because: /not paired by seed/,
    action: /^Align the files/,
  },
  {
    name: 'all missing',
    small: rowsOf('s', UP),
    large: rowsOf('l', all(null)),
    numbers: { aligned: N, n: 0, difference: '', hasInterval: false },
    missing: { not_in_file: N },
    says: /^score +- +- +-/m,
    because: /no pair of rows has a value on both sides \(not in file\)/,
    action: /^Import files that hold score for both sides/,
  },
  {
    name: 'one value',
    small: rowsOf('s', UP),
    large: rowsOf('l', [1, ...all('n/a', N - 1)]),
    numbers: { aligned: N, n: 1, difference: '2', hasInterval: false },
    missing: { not_of_kind: N - 1 },
    says: /Over 1 pair .*no interval/,
    because: /1 seed: too few to tell/,
  },
  {
    name: 'an infinite ratio',
    small: rowsOf('s', ['Infinity', ...UP.slice(1)]),
    large: rowsOf('l', DOWN),
    numbers: { aligned: N, n: N - 1, difference: '1.7142857142857142', hasInterval: true },
    missing: { nonfinite: 1 },
    says: /Over 7 pairs of rows/,
    because: /^$/,
  },
  {
    name: 'one constant',
    small: rowsOf('s', all(2)),
    large: rowsOf('l', all(2)),
    numbers: { aligned: N, n: N, difference: '0', hasInterval: true },
    missing: {},
    says: /no test\); this shows no difference, and does not show that they are equal/,
    because: /no direction is shown over 8 seeds/,
  },
]

const OWN = `claims: [{ claim: more, metric: ${SCORE}, a: small.1, b: large.1 }]`
const SIDES = { a: { arm: 'small', round: 1 }, b: { arm: 'large', round: 1 } }

it.each(CASES)('$name: page, table, claim and command line', { timeout: 120_000 }, async (one) => {
  const studyId = await fill(async (context) => {
    const { id } = createStudy(context.db, { name: one.name })
    const study = { ...context, studyId: id }
    const columns: ImportPlan['columns'] = [{ column: 'score', kind: 'number' }]
    const at = { seedSetKey: 'general', align: one.align ?? 'index' } as const
    const seeds = { ...at, armKey: null, round: 0 }
    await importRows(study, 'seeds.json', rowsOf('seed', all(0)), seeds)
    for (const armKey of ['small', 'large'] as const) {
      const place = { ...at, armKey, armLabel: armKey, armClass: armKey, round: 1, columns }
      await importRows(study, `${armKey}.json`, one[armKey], place)
    }
    openWire(context)
    const params = { studyId: id }
    const state = compareStateSchema.parse({ ...SIDES, columns: [SCORE] })
    const reply = await call(compareEndpoint, { params, query: { state } })
    const { summary, intervals } = reply as ComparePart<'all'>
    const [metric] = summary.metrics
    expect({
      aligned: summary.aligned,
      n: metric?.paired?.n ?? null,
      hasInterval: intervals[SCORE]?.ok ?? false,
    }).toEqual({
      aligned: one.numbers.aligned,
      n: one.numbers.n,
      hasInterval: one.numbers.hasInterval,
    })
    expect({ ...metric?.a.missing, ...metric?.b.missing }).toEqual(one.missing)
    const address = endpointUrl(compareTableEndpoint, { params, query: { state } })
    const [head = '', line = ''] = (await (await routeFetch(address)).text()).split('\r\n')
    const difference = line.split(',')[head.split(',').indexOf('A - B')]
    expect(difference).toBe(one.numbers.difference)
    await call(saveOwnClaimsEndpoint, { params, body: { text: OWN } })
    const [card] = await call(checkClaimsEndpoint, { params, query: { claim: 'own-1' } })
    const isMatch = one.because.test('')
    expect(card?.verdict).toBe(isMatch ? 'match' : 'not_comparable')
    expect(card?.because ?? '').toMatch(one.because)
    expect(card?.actions.map(({ text }) => text).join()).toMatch(one.action ?? /^$/)
    closeWire()
    return id
  })
  const sides = ['--a', 'small.1', '--b', 'large.1', '--metric', SCORE]
  const { code, out } = await evolens('compare', '--study', studyId, ...sides)
  expect([code, out]).toEqual([0, expect.stringMatching(one.says)])
})
