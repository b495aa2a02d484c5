import { describe, expect, it } from 'vitest'
import { failureKind } from '../session/request-error'
import { byIndex, checkModel, idsOf } from './wire'

function thrown(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return [failureKind(error), (error as { details: { reason: string } }).details.reason]
  }
}

describe('byIndex', () => {
  it('puts results into the order of the inputs', () => {
    const entries = [
      { index: 1, v: 'b' },
      { index: 0, v: 'a' },
    ]
    expect(byIndex(entries, 2).map(({ v }) => v)).toEqual(['a', 'b'])
  })

  it.each([
    ['a double index', [{ index: 0 }, { index: 0 }], 2, 'index'],
    ['a missing index', [{}, { index: 0 }], 2, 'index'],
    ['an index out of range', [{ index: 0 }, { index: 2 }], 2, 'index'],
    ['a text for an index', [{ index: '0' }, { index: 1 }], 2, 'index'],
    ['too few results', [{ index: 0 }], 2, 'count'],
    ['no objects', [1, null], 2, 'reply_shape'],
  ])('refuses %s', (_, entries, count, reason) => {
    expect(thrown(() => byIndex(entries, count))).toEqual(['data_error', reason])
  })

  it('takes one result without an index', () => {
    expect(byIndex([{ text: 'a' }], 1)).toEqual([{ text: 'a' }])
  })
})

describe('idsOf', () => {
  it.each([[[1.5]], [[-1]], [['1']], [[2 ** 31]], ['x']])('refuses %j', (value) => {
    expect(thrown(() => idsOf(value, 'tokens'))).toEqual(['data_error', 'reply_shape'])
  })
})

describe('checkModel', () => {
  it('pauses when another model answers, and says nothing about a reply without a name', () => {
    expect(thrown(() => checkModel('other', 'mine'))).toEqual(['config', 'model_changed'])
    expect(checkModel(undefined, 'mine')).toBeUndefined()
    expect(checkModel('mine', 'mine')).toBeUndefined()
  })
})
