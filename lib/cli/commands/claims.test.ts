import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { CompareSummary } from '@/lib/contracts/compare'
import { formatMetric } from '@/lib/contracts/format'
import { ensureBuiltInBackends } from '@/lib/services/backends'
import { listClaims } from '@/lib/services/claims'
import { loadSample } from '@/lib/services/sample/load'
import { closeWire, openWire } from '@/lib/testing/route-fetch'
import { cliFolder } from '@/lib/testing/cli-folder'

const { folder, evolens, fill } = cliFolder()
let study: string

const SIDES = ['--small', 'greedy', '--large', 'sampled']
const claims = (...args: string[]) => evolens('claims', '--study', study, ...args)

beforeAll(() =>
  fill(async ({ db }) => {
    ensureBuiltInBackends(db)
    study = (await loadSample(db)).studyId
  }),
)

const LENGTHS = { as_is: 'as it is', matched: 'within 10 %', adjusted: 'regression' }

it("gives the numbers of the README's finding", { timeout: 60_000 }, async () => {
  const readme = fs.readFileSync('README.md', 'utf8')
  const [, line = ''] =
    /^npm run evolens -- (compare --study "Sample.*--flag .*)$/m.exec(readme) ?? []
  const words = (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''))
  const { out } = await evolens(...words, '--json')
  const { summary } = JSON.parse(out) as { summary: CompareSummary }
  const [metric] = summary.metrics
  const rows = (metric?.controls ?? []).map((one) => {
    const pairs = one.pairs === 'all' ? 'all' : 'without flagged rows'
    const found = one.ok
      ? [formatMetric(one.estimate), `${formatMetric(one.low)} to ${formatMetric(one.high)}`]
      : ['none', 'none']
    return `| ${[pairs, LENGTHS[one.length], one.n, ...found].join(' | ')} |`
  })
  expect(rows).toHaveLength(6)
  expect(readme).toContain(`${rows.join('\n')}\n`)
  const trend = metric?.levelTests?.trend
  expect(trend?.ok && readme.includes(`p = ${trend.pHolm.toPrecision(2)}`)).toBe(true)
  const left = metric?.controls.find(({ pairs }) => pairs === 'unflagged')?.n ?? 0
  expect(readme).toContain(`In ${48 - left} of 48 pairs`)
})

it(
  'asks for the sides, checks every claim, writes both documents and keeps own claims that can be read',
  { timeout: 120_000 },
  async () => {
    const asked = await claims()
    expect(asked.out).toContain('--small and --large on the command line')
    const [markdown, html, own] = ['c.md', 'c.html', 'own.yaml'].map((name) =>
      path.join(folder, name),
    ) as [string, string, string]
    const { code, out } = await claims(...SIDES, '--json', '--markdown', markdown, '--html', html)
    const cards = JSON.parse(out) as { id: string; verdict: string; because: string | null }[]
    expect([code, cards.length]).toEqual([0, 19])
    // The sample's 16 seeds a set decide nothing of most claims: no claim of the paper matches by chance.
    expect(cards.filter(({ id, verdict }) => id.startsWith('C') && verdict === 'match')).toEqual([])
    for (const { verdict, because } of cards) expect(verdict === 'match' || because).toBeTruthy()
    expect(fs.readFileSync(markdown, 'utf8')).toMatch(/^# Claims on Sample/)
    expect(fs.readFileSync(html, 'utf8')).toMatch(/^<!doctype html>/)
    // The page asks for the same by HTTP.
    await fill(async (context) => {
      openWire(context)
      const sides = 'small=greedy&large=sampled'
      const reply = await fetch(`/api/studies/${study}/claims/check?${sides}`)
      closeWire()
      expect(await reply.json()).toEqual(cards)
    })
    const { out: cited } = await claims(...SIDES, '--claim', 'C02', '--cite')
    expect(cited).toMatch(/^Claim "C02: .*verdict: .*computed with Evolens/)
    expect(cited).toContain('@misc{evolens-claim-')
    fs.writeFileSync(
      own,
      'claims:\n  - claim: x\n    metric: ifd.strict\n    a: greedy.1\n    b: one\n',
    )
    const wrong = await claims(...SIDES, '--own', own, '--save')
    expect([wrong.code, wrong.err]).toEqual([
      2,
      expect.stringMatching(/line 5: claims\.1\.b: expected the evolver's key/),
    ])
    fs.writeFileSync(
      own,
      'claims:\n  - claim: more words\n    metric: instruction_words.instruction\n    a: greedy.1\n    b: seeds\n',
    )
    const right = await claims(...SIDES, '--own', own, '--save', '--claim', 'own-1')
    expect(right.out).toMatch(/own-1 {2}(Match|Differs|Not comparable): more words/)
    await fill(({ db }) => expect(listClaims(db, study, {}).own).toContain('more words'))
    const unknown = await claims('--claim', 'C99')
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringContaining('There is no claim "C99"'),
    ])
  },
)
