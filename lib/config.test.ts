import { expect, it } from 'vitest'
import { readConfig } from './config'

it('takes EVOLENS_NICE from 0 to 19 and nothing else', () => {
  expect(readConfig({}).niceness).toBe(10)
  expect(readConfig({ EVOLENS_NICE: '' }).niceness).toBe(10)
  expect(readConfig({ EVOLENS_NICE: '0' }).niceness).toBe(0)
  for (const value of ['20', '-1', '1.5', 'low']) {
    expect(() => readConfig({ EVOLENS_NICE: value })).toThrow('EVOLENS_NICE')
  }
})
