import { AppError } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import { fieldsOf, idsOf, listOf } from '@/lib/backends/scoring/wire'
import { routesOf, type TokenizerRoutes } from '@/lib/backends/tokenizer/routes'

/**
 * Returns the tokenizer route of a TGI server. What the server adds in front of a text is found by comparing the route
 * with `scored`, the ids that it scores for `text` (null where it does not score): the route may list the BOS or not.
 */
export async function tgiRoutes(
  client: HttpClient,
  text: string,
  scored: Int32Array | null,
  signal?: AbortSignal,
): Promise<TokenizerRoutes> {
  // The BOS as the last reply listed it: a first token without characters of the text.
  let listed: Int32Array = new Int32Array()
  const { tokenize } = routesOf(client, {
    tokenize: {
      path: '/tokenize',
      body: (input) => ({ inputs: input }),
      read(json) {
        const entries = listOf(json, 'the top').map((entry, i) => fieldsOf(entry, `${i}`))
        const ids = idsOf(
          entries.map(({ id }) => id),
          'the tokens',
        )
        const [first] = entries
        const empty = typeof first?.start === 'number' && first.start === first.stop
        listed = ids.slice(0, empty ? 1 : 0)
        return ids.slice(listed.length)
      },
    },
  })
  const plain = await tokenize(text, false, signal)
  const full = scored ?? Int32Array.from([...listed, ...plain])
  const bos = listed.length > 0 ? listed : full.slice(0, Math.max(0, full.length - plain.length))
  const expected = [...bos, ...plain]
  if (
    bos.length > 1 ||
    full.length !== expected.length ||
    expected.some((id, i) => id !== full[i])
  ) {
    throw new AppError(
      'capability_missing',
      'The server scores other tokens than its /tokenize route lists.',
      { details: { kind: 'config', reason: 'special_tokens', httpStatus: null } },
    )
  }
  return {
    async tokenize(input, addSpecial, abort) {
      const ids = await tokenize(input, false, abort)
      return addSpecial ? Int32Array.from([...bos, ...ids]) : ids
    },
  }
}
