import { expect, it } from 'vitest'
import { addressOf } from './address'

it('leaves out what is not set, writes objects as JSON and keeps names inside their part', () => {
  const query = { studyId: null, state: undefined, n: 0 }
  expect(addressOf('/jobs', { query })).toBe('/api/jobs?n=0')
  const input = { params: { a: 'x/../y?', b: 'é' }, query: { state: { n: [1] } } }
  expect(addressOf('/[a]/z/[b]', input)).toBe(
    '/api/x%2F..%2Fy%3F/z/%C3%A9?state=%7B%22n%22%3A%5B1%5D%7D',
  )
})
