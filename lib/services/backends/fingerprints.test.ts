import { afterEach, beforeEach, expect, it } from 'vitest'
import { fakeConfigSchema } from '@/lib/backends/dialects/fake/config'
import { fakeIdentity } from '@/lib/backends/dialects/fake/session'
import type { KnownModel } from '@/lib/contracts/model'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { currentIdentity, modelChange, recogniseModel } from './fingerprints'

const identity = { ...fakeIdentity(fakeConfigSchema.parse({})), dtype: 'unknown' }

/** A model whose answer to the fixed question differs from that of the first by so many nats. */
function model(nats = 0, changes: Partial<KnownModel> = {}): KnownModel {
  const values = [-2 - nats, -3, -0.5]
  const vector = { of: 'promptScores' as const, labels: [1, 2, 3], values, tolerance: 0.1 }
  return { identity, facts: {}, vector, reply: null, replied: '', ...changes }
}

let study: TestStudy
beforeEach(() => {
  study = testStudy(2)
})
afterEach(() => study.close())

const recognise = (found: KnownModel, backendId = 'a', now = 1) =>
  recogniseModel(study.db, backendId, found, now)

it('knows a model again within the tolerance of its first answer, behind any backend', () => {
  const first = recognise(model())
  expect(first).toMatchObject({ isNamesake: false })
  expect(recognise(model(0.09)).id).toBe(first.id)
  expect(recognise(model(-0.09), 'b').id).toBe(first.id)
  // Steps of noise do not add up: the first answer stays the reference.
  expect(recognise(model(0.18)).id).not.toBe(first.id)
  expect(recognise(model(0.05)).known.vector?.values[0]).toBe(-2)
})

it('tells another model of the same statement apart, and knows it again', () => {
  const first = recognise(model())
  const second = recognise(model(1))
  expect(second).toMatchObject({ isNamesake: true })
  expect(recognise(model(1.05))).toMatchObject({ id: second.id, isNamesake: true })
  expect(recognise(model())).toMatchObject({ id: first.id, isNamesake: false })
})

it('takes another stated identity, number format or size for another model, whatever it answers', () => {
  const ids = [
    model(),
    model(0, { identity: { ...identity, dtype: 'Q8_0' } }),
    model(0, { facts: { dtype: 'Q8_0' } }),
    model(0, { facts: { dtype: 'Q4_1' } }),
    model(0, { facts: { dtype: 'Q4_1', size: 5 } }),
    model(0, { facts: { dtype: 'Q4_1', size: 6 } }),
  ].map((found) => recognise(found).id)
  // What one side does not state says nothing; the first that fits is taken.
  expect(ids[2]).toBe(ids[0])
  expect(ids[3]).toBe(ids[0])
  expect(new Set([ids[0], ids[1]]).size).toBe(2)
  const stated = [
    model(2, { facts: { dtype: 'Q8_0', size: 5 } }),
    model(2, { facts: { dtype: 'Q4_1', size: 5 } }),
    model(2, { facts: { dtype: 'Q8_0', size: 6 } }),
  ].map((found) => recognise(found).id)
  expect(new Set(stated).size).toBe(3)
})

it('does not take a model without an answer for one that gave one', () => {
  const first = recognise(model())
  const mute = recognise(model(0, { vector: null }))
  expect(mute.id).not.toBe(first.id)
  expect(recognise(model(0, { vector: null })).id).toBe(mute.id)
})

it('compares replies where there are no numbers, and where the file lies where there is nothing else', () => {
  const spoke = (reply: string | null, place = 'x') =>
    model(0, { vector: null, reply, facts: { place } })
  const blue = recognise(spoke('The sea is blue'))
  expect(recognise(spoke('The sea is blue', 'y')).id).toBe(blue.id)
  expect(recognise(spoke('The sea is wide')).id).not.toBe(blue.id)
  const silent = { ...identity, model: 'silent' }
  const lies = (place: string) =>
    recognise(model(0, { identity: silent, vector: null, facts: { place } })).id
  expect(lies('x')).toBe(lies('x'))
  expect(lies('x')).not.toBe(lies('y'))
})

it('gives a run the fingerprint only where the statement does not tell which model answers', () => {
  recognise(model(), 'a', 1)
  expect(currentIdentity(study.db, 'a', identity)).toEqual(identity)
  const second = recognise(model(1), 'a', 2)
  expect(currentIdentity(study.db, 'a', identity)).toEqual({ ...identity, fingerprint: second.id })
  expect(currentIdentity(study.db, 'b', identity)).toEqual(identity)
  const renamed = { ...identity, model: 'other' }
  expect(currentIdentity(study.db, 'a', renamed)).toEqual(renamed)
  recognise(model(), 'a', 3)
  expect(currentIdentity(study.db, 'a', identity)).toEqual(identity)
})

it('says in words how the model changed', () => {
  const [a, b] = [recognise(model()).id, recognise(model(1)).id]
  const of = (fingerprint: string | null, dtype = 'unknown') => ({
    identity: { ...identity, dtype },
    fingerprint,
  })
  expect(modelChange(study.db, of(a), of(b))).toContain('largest difference 1.0 nats')
  expect(modelChange(study.db, of(a), of(a, 'Q8_0'))).toContain('"Q8_0" instead of "unknown"')
  expect(modelChange(study.db, of(null), of(b))).toContain('nobody can tell whose they are')
})
