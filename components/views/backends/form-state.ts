import type { BackendInfo, BackendKindInfo, DetectionInfo } from '@/lib/contracts/backends'

/** How a backend gets its key. `stored` = a typed one that the server keeps. */
export type KeyMode = 'none' | 'env' | 'typed' | 'stored'

export interface Prices {
  promptPerMillion: number | null
  completionPerMillion: number | null
  currency: string
}

export interface FormState {
  kindId: string
  label: string
  baseUrl: string
  model: string
  keyMode: KeyMode
  keyEnv: string
  /** A typed key, until it is sent. */
  key: string
  /** Id under which a detection stored the typed key. */
  keyDraft: string | null
  /** The other settings of the kind. */
  config: Record<string, unknown>
  prices: Prices
  replicas: string
}

/** Settings with fields of their own, so that the general form leaves them out. */
export const OWN_FIELDS = new Set(['baseUrl', 'model', 'keyEnv'])

const NO_PRICES: Prices = { promptPerMillion: null, completionPerMillion: null, currency: 'USD' }

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The form of a stored backend, or an empty one. */
export function initialForm(backend: BackendInfo | null, kindId: string): FormState {
  const config = backend?.config ?? {}
  const { baseUrl, model, keyEnv, prices, replicas, ...others } = config
  const named = text(keyEnv)
  return {
    kindId: backend?.kind ?? kindId,
    label: backend?.label ?? '',
    baseUrl: text(baseUrl),
    model: text(model),
    keyMode: backend?.keyStored ? 'stored' : named ? 'env' : 'none',
    keyEnv: named,
    key: '',
    keyDraft: null,
    config: others,
    prices: { ...NO_PRICES, ...(prices as Partial<Prices> | null | undefined) },
    replicas: Array.isArray(replicas) ? replicas.join('\n') : '',
  }
}

/** Fills in what a detection found, without overwriting a label or a model that still fits. */
export function withDetection(form: FormState, found: DetectionInfo): FormState {
  const first = found.models[0]
  const model = found.models.some(({ id }) => id === form.model) ? form.model : (first?.id ?? '')
  const { host } = new URL(found.baseUrl)
  const offered = found.models.find(({ id }) => id === model)
  return {
    ...form,
    kindId: found.kind,
    baseUrl: found.baseUrl,
    model: model || form.model,
    // A label that an earlier look made up of the host gives way to the model.
    label: form.label === '' || form.label === host ? model || host : form.label,
    config: {
      ...form.config,
      use: found.use,
      ...(offered?.contextLength ? { contextLength: offered.contextLength } : {}),
    },
  }
}

/** The settings to save. Unknown ones are dropped by the server, which knows each kind's schema. */
export function settingsOf(form: FormState, kind: BackendKindInfo): Record<string, unknown> {
  const has = (name: string) => kind.params.some((param) => param.name === name)
  const { promptPerMillion, completionPerMillion } = form.prices
  const priced = promptPerMillion !== null || completionPerMillion !== null
  return {
    ...form.config,
    ...(has('baseUrl') ? { baseUrl: form.baseUrl.trim() } : {}),
    ...(has('model') && form.model.trim() ? { model: form.model.trim() } : {}),
    ...(has('keyEnv')
      ? { keyEnv: form.keyMode === 'env' && form.keyEnv.trim() ? form.keyEnv.trim() : null }
      : {}),
    prices: priced ? form.prices : null,
    replicas: kind.isServer ? form.replicas.split(/[\s,]+/).filter(Boolean) : [],
  }
}

/** What the save request says of the key. */
export function keyPart(
  form: FormState,
  backend: BackendInfo | null,
): { key?: string | null; keyDraft?: string } {
  if (form.keyMode === 'typed') {
    if (form.key) return { key: form.key }
    return form.keyDraft ? { keyDraft: form.keyDraft } : {}
  }
  return backend?.keyStored && form.keyMode === 'none' ? { key: null } : {}
}

/** Whether the address differs in its origin from the stored one: a stored key does not follow there. */
export function isMoved(form: FormState, backend: BackendInfo | null): boolean {
  if (!backend) return false
  try {
    return new URL(form.baseUrl).origin !== new URL(text(backend.config['baseUrl'])).origin
  } catch {
    return form.baseUrl !== backend.config['baseUrl']
  }
}
