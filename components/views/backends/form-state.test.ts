import { describe, expect, it } from 'vitest'
import type { BackendInfo, BackendKindInfo, DetectionInfo } from '@/lib/contracts/backends'
import { initialForm, isMoved, keyPart, settingsOf, withDetection } from './form-state'

const param = (name: string) => ({
  name,
  type: 'string' as const,
  options: null,
  default: null,
  description: '',
})
const kind: BackendKindInfo = {
  id: 'vllm',
  label: 'vLLM',
  description: '',
  capabilities: [],
  params: ['baseUrl', 'model', 'keyEnv', 'caFile'].map(param),
  isServer: true,
}
const found: DetectionInfo = {
  kind: 'vllm',
  kindLabel: 'vLLM',
  server: 'vLLM 1',
  baseUrl: 'http://h:8000',
  use: 'chat',
  models: [
    { id: 'a', contextLength: 512 },
    { id: 'b', contextLength: 1024 },
  ],
  keyNeeded: false,
  keySent: false,
  note: '',
  evidence: [],
}
const stored = {
  kind: 'vllm',
  label: 'Lab',
  keyStored: true,
  config: { baseUrl: 'http://h:8000', model: 'b', keyEnv: null, replicas: ['http://i:8000'] },
} as unknown as BackendInfo

describe('the connect form', () => {
  it('takes over what was found, and keeps a model and a label that fit', () => {
    const fresh = withDetection(initialForm(null, 'openai'), found)
    expect(fresh).toMatchObject({ kindId: 'vllm', model: 'a', label: 'a', baseUrl: found.baseUrl })
    expect(fresh.config).toMatchObject({ use: 'chat', contextLength: 512 })
    const locked = withDetection(initialForm(null, ''), { ...found, models: [], keyNeeded: true })
    expect(locked.label).toBe('h:8000')
    expect(withDetection(locked, found).label).toBe('a')
    const chosen = withDetection({ ...fresh, model: 'b', label: 'Mine' }, found)
    expect(chosen).toMatchObject({ model: 'b', label: 'Mine' })
    expect(chosen.config['contextLength']).toBe(1024)
  })

  it('saves what the kind knows; addresses one a line, prices only when there is one', () => {
    const form = { ...initialForm(stored, ''), replicas: 'http://i:8000\n http://j:8000,' }
    expect(settingsOf(form, kind)).toEqual({
      baseUrl: 'http://h:8000',
      model: 'b',
      keyEnv: null,
      prices: null,
      replicas: ['http://i:8000', 'http://j:8000'],
    })
    const prices = { promptPerMillion: 0, completionPerMillion: null, currency: 'EUR' }
    expect(settingsOf({ ...form, prices }, { ...kind, isServer: false })).toMatchObject({
      prices,
      replicas: [],
    })
  })

  it('says of the key only what changed', () => {
    const form = initialForm(stored, '')
    expect(form.keyMode).toBe('stored')
    expect(keyPart(form, stored)).toEqual({})
    expect(keyPart({ ...form, keyMode: 'none' }, stored)).toEqual({ key: null })
    expect(keyPart({ ...form, keyMode: 'typed', key: 'k' }, stored)).toEqual({ key: 'k' })
    const draft = { ...form, keyMode: 'typed' as const, keyDraft: 'id' }
    expect(keyPart(draft, null)).toEqual({ keyDraft: 'id' })
    expect(keyPart(initialForm(null, 'vllm'), null)).toEqual({})
  })

  it('knows when the stored key will not follow', () => {
    const form = initialForm(stored, '')
    expect(isMoved(form, stored)).toBe(false)
    expect(isMoved({ ...form, baseUrl: 'http://h:8000/v1' }, stored)).toBe(false)
    expect(isMoved({ ...form, baseUrl: 'http://h:8001' }, stored)).toBe(true)
    expect(isMoved(form, null)).toBe(false)
  })
})
