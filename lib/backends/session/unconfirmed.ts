import type { CacheEntry, RequestCache } from './cache-port'

/** One job's view of a pool, as far as its trust in replies goes. */
export interface Reader {
  /** Why replies that it read are of another model than its own; null while nothing speaks against them. */
  spoiled: string | null
}

interface Answer {
  cache: RequestCache
  entry: CacheEntry
}

interface Held {
  readers: Set<Reader>
  answers: Map<string, Answer>
}

function nothing(): Held {
  return { readers: new Set(), answers: new Map() }
}

/**
 * Replies of one endpoint that came after its model was last checked: who has read them, and what they will add to the
 * cache once a check that began after them has found the model unchanged.
 */
export class Unconfirmed {
  private fresh = nothing()
  private readonly checked = new Set<Held>()

  /** Whether there is anything that a check would confirm. */
  get isEmpty(): boolean {
    return this.all().every(({ readers, answers }) => readers.size === 0 && answers.size === 0)
  }

  /** Whether a reader has read something of this endpoint that is not confirmed. */
  owedTo(reader: Reader): boolean {
    return this.all().some(({ readers }) => readers.has(reader))
  }

  /** Notes a reply: who reads it, and what it adds to the cache. */
  add(reader: Reader, cache: RequestCache, entries: readonly CacheEntry[]): void {
    this.fresh.readers.add(reader)
    for (const entry of entries) this.fresh.answers.set(entry.key.toString('hex'), { cache, entry })
  }

  /** Notes that a reader reads replies that another one asked for. */
  share(reader: Reader): void {
    if (!this.isEmpty) this.fresh.readers.add(reader)
  }

  /** Returns an answer that waits for its place in the cache, null when there is none; the reader depends on it then. */
  find(reader: Reader, cache: RequestCache, key: Buffer): Buffer | null {
    if (this.isEmpty) return null
    const name = key.toString('hex')
    for (const { answers } of this.all()) {
      const found = answers.get(name)
      if (found?.cache !== cache) continue
      this.fresh.readers.add(reader)
      return found.entry.value
    }
    return null
  }

  /** Begins a check. What comes from now on waits for the next one. */
  begin(): Check {
    const held = this.fresh
    this.fresh = nothing()
    this.checked.add(held)
    return {
      confirm: () => {
        if (this.checked.delete(held)) keep(held)
      },
      giveBack: () => {
        if (!this.checked.delete(held)) return
        for (const reader of held.readers) this.fresh.readers.add(reader)
        for (const [name, answer] of held.answers) this.fresh.answers.set(name, answer)
      },
    }
  }

  /** Drops everything: another model answers, and nobody knows since when. */
  spoil(why: string): void {
    for (const { readers } of this.all()) {
      for (const reader of readers) reader.spoiled ??= why
    }
    this.checked.clear()
    this.fresh = nothing()
  }

  private all(): Held[] {
    return [this.fresh, ...this.checked]
  }
}

/** How a check ends; after the replies were dropped neither does anything. */
interface Check {
  /** The model is the expected one: answers go into the cache. */
  confirm(): void
  /** The check could not be made; the next one decides. */
  giveBack(): void
}

function keep({ answers }: Held): void {
  const byCache = new Map<RequestCache, CacheEntry[]>()
  for (const { cache, entry } of answers.values()) {
    const entries = byCache.get(cache) ?? []
    entries.push(entry)
    byCache.set(cache, entries)
  }
  for (const [cache, entries] of byCache) cache.put(entries)
}
