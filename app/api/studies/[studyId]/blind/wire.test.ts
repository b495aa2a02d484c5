import { expect, it } from 'vitest'
import { call, endpointUrl } from '@/components/hooks/api'
import * as api from '@/lib/api/blind'
import { routeFetch, wireEach } from '@/lib/testing/route-fetch'

let params: { studyId: string }

wireEach(12, ({ studyId }) => (params = { studyId }))

const plan = { a: { arm: 'small', round: 1 }, b: { arm: 'seeds', round: 0 }, size: 4 }

/** Names, keys and ids of what is compared; the texts of the rows hold none of them. */
const TELLING =
  /"small"|Small|"seeds"|"child"|"arm"|"arms?"|cellId|armKey|"round"|"idx"|"slot"|isALeft|orderSeed|operator|deepen/

it('sends no name, key, id or order of what is compared before the end, and all of it after', async () => {
  const replies: string[] = []
  const at = (id: string) => ({ params: { ...params, sessionId: id } })
  const read = async (address: string, init: RequestInit = {}) => {
    const response = await routeFetch(address, init)
    const text = await response.text()
    replies.push([...response.headers].join('\n'), text)
    return { status: response.status, json: JSON.parse(text) }
  }
  const send = (address: string, body: object = {}) =>
    read(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const session = (
    await send(endpointUrl(api.startBlindEndpoint, { params }), { person: 'AB', plan })
  ).json
  const own = at(session.id)
  const other = { person: 'CD', like: session.id }
  expect((await send(endpointUrl(api.startBlindEndpoint, { params }), other)).status).toBe(200)
  const first = (await read(endpointUrl(api.blindStateEndpoint, own))).json
  expect(first.pair).toMatchObject({ no: 0, left: { instruction: expect.any(String) } })
  for (let no = 0; no < 3; no += 1) {
    const body = { no, verdict: 'left', ms: 5 }
    expect((await send(endpointUrl(api.giveVerdictEndpoint, own), body)).status).toBe(200)
  }
  await send(endpointUrl(api.undoVerdictEndpoint, own))
  await read(endpointUrl(api.listBlindEndpoint, { params }))
  expect((await read(endpointUrl(api.blindResultEndpoint, own))).status).toBe(409)
  const asJson = endpointUrl(api.blindExportEndpoint, { ...own, query: { format: 'json' } })
  const asCsv = endpointUrl(api.blindExportEndpoint, { ...own, query: {} })
  expect((await read(asJson)).status).toBe(409)
  expect((await read(asCsv)).status).toBe(409)
  for (const reply of replies) expect(reply).not.toMatch(TELLING)

  await call(api.endBlindEndpoint, own)
  const result = await call(api.blindResultEndpoint, own)
  expect(result).toMatchObject({
    isComplete: false,
    sides: { a: { label: 'Small, round 1' }, b: { label: 'Seeds' } },
    session: { judged: 2, pairs: 4 },
    left: { k: 2, n: 2 },
  })
  expect((await read(asJson)).json).toMatchObject({ judgements: [{ pair: 1 }, { pair: 2 }, {}] })
  const csv = await (await routeFetch(asCsv)).text()
  expect(csv.split('\r\n')[0]).toBe(
    'Pair,Seed set,Seed,Left,Right,Verdict,Chosen,Time (ms),Given at,Undone at,Left row,Right row',
  )
  expect(csv).toMatch(/1,general,\d+,"?(Small, round 1|Seeds)"?,/)
})

it('refuses a plan that draws nothing and a question that is empty, and deletes and restores', async () => {
  const start = (change: object) =>
    call(api.startBlindEndpoint, { params, body: { person: 'AB', plan: { ...plan, ...change } } })
  await expect(start({ b: plan.a })).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(start({ question: ' ' })).rejects.toMatchObject({ code: 'invalid_input' })
  const { id } = await start({})
  const own = { params: { ...params, sessionId: id } }
  await call(api.deleteBlindEndpoint, own)
  expect(await call(api.listBlindEndpoint, { params })).toEqual([])
  await call(api.restoreBlindEndpoint, own)
  expect(await call(api.listBlindEndpoint, { params })).toMatchObject([{ id, judged: 0 }])
})
