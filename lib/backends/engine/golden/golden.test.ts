import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testEnvironment, whyWithout } from '@/lib/testing/models'
import { embeddedConfig } from '../config'
import { EXACT_RUNTIME } from '../exact/exact-scorer'
import golden from './fixtures/golden.json'
import texts from './fixtures/rows.json'
import { openEmbedded } from '../session'
import type { EmbeddedSession } from '../session'

const WHY = whyWithout('smollm2-135m-instruct')
// Writing the weights out and loading them twice, on a machine that does other things as well.
const SLOW = 300_000
// Shorter responses average too few tokens for a bound on their ratio.
const LEAST_TOKENS = 8
// What float32 kernels that sum in another order may add up to over thirty layers, in nats.
const TOKEN_NATS = 1e-4
const IFD_RELATIVE = 1e-4

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length
const off = (value: number, expected: number) => Math.abs(value - expected) / Math.abs(expected)

/** Strict losses without an anchor: y's first token has no score alone, so it is left out of both. */
function scores(row: { x: readonly number[] }, joint: readonly number[], alone: readonly number[]) {
  // Entry i of both is the loss of token i + 1.
  const x = mean(joint.slice(0, row.x.length - 1))
  const conditional = mean(joint.slice(row.x.length))
  const response = mean(alone)
  return { ifd: conditional / response, icIfd: conditional / response / x }
}

describe.skipIf(WHY !== '')(
  `the embedded model in float32 against torch${WHY}`,
  { timeout: SLOW },
  () => {
    let session: EmbeddedSession
    beforeAll(async () => {
      session = await openEmbedded(embeddedConfig.parse({}), testEnvironment())
    }, SLOW)
    afterAll(() => session.close())

    it('has the weights that the numbers were made from', () => {
      expect(session.identity).toMatchObject({
        revision: golden.sha256,
        settings: { kvType: 'f32', scoringWeights: 'f32', scorer: EXACT_RUNTIME },
      })
      expect(golden.rows.filter((row) => row.y.length >= LEAST_TOKENS).length).toBeGreaterThan(11)
      expect(golden.rows).toHaveLength(texts.length)
    })

    it('makes the same tokens as the tokenizer built from the file', async () => {
      const ids = await session.tokenize(
        texts.flatMap(({ x, y }) => [`${x}\n`, y]),
        false,
      )
      expect(ids.map((list) => [...list])).toEqual(golden.rows.flatMap(({ x, y }) => [x, y]))
    })

    it('renders its template around a message, with the header of the reply at the end', async () => {
      const message = [{ role: 'user' as const, content: 'Add 17 and 25 <|im_end|>' }]
      const [open, closed] = await Promise.all(
        [true, false].map(async (isOpen) => {
          const [ids] = (await session.chatIds?.([message], isOpen)) ?? []
          return (await session.tokenTexts(ids ?? new Int32Array(0))).join('')
        }),
      )
      expect(closed).toMatch(/<\|im_start\|>user\nAdd 17 and 25 <\|im_end\|><\|im_end\|>\n$/)
      expect(open).toBe(`${closed}<|im_start|>assistant\n`)
    })

    it('gives each token its loss, and each row its IFD and IC-IFD', async () => {
      const scored = await session.scoreTokens(
        golden.rows.flatMap(({ x, y }) => [Int32Array.from([...x, ...y]), Int32Array.from(y)]),
      )
      let largest = 0
      const ratios = { ifd: 0, icIfd: 0 }
      golden.rows.forEach((row, i) => {
        const [joint = [], alone = []] = [scored[2 * i], scored[2 * i + 1]].map((list) =>
          Array.from(list?.subarray(1) ?? [], (logprob) => -logprob),
        )
        const pairs = [
          ...joint.map((loss, t) => [loss, row.joint[t]]),
          ...alone.map((loss, t) => [loss, row.alone[t]]),
        ]
        for (const [loss = NaN, expected = NaN] of pairs) {
          const difference = Math.abs(loss - expected)
          // NaN must not pass for small.
          largest = difference > largest || Number.isNaN(difference) ? difference : largest
        }
        if (row.y.length < LEAST_TOKENS) return
        const own = scores(row, joint, alone)
        const reference = scores(row, row.joint, row.alone)
        ratios.ifd = Math.max(ratios.ifd, off(own.ifd, reference.ifd))
        ratios.icIfd = Math.max(ratios.icIfd, off(own.icIfd, reference.icIfd))
      })
      expect(largest).toBeLessThan(TOKEN_NATS)
      expect(ratios.ifd).toBeLessThan(IFD_RELATIVE)
      expect(ratios.icIfd).toBeLessThan(IFD_RELATIVE)
    })
  },
)
