import { cleanName } from '@/lib/contracts/plain-text'
import { AppError } from '@/lib/errors'
import type { HttpClient } from '../http/client'
import type { ModelFacts } from '../types'
import { getJson } from './ask'
import { countOf, fieldsOf, listOf, textOf } from './wire'

const SHOWN = 8

/** A model as a server lists it. */
export interface ListedModel {
  id: string
  /** Prompt and output together, in tokens; null where the server does not say. */
  contextLength: number | null
  /** Folder or repository that it was loaded from, where the server says. */
  root?: string
}

/** Returns the models of `/v1/models`; hosted services may answer with a plain list. */
export async function listModels(
  client: HttpClient,
  signal?: AbortSignal,
  withoutKey = false,
): Promise<ListedModel[]> {
  const json = await getJson(client, '/v1/models', signal, withoutKey)
  const data = Array.isArray(json) ? json : listOf(fieldsOf(json, 'the top').data, 'data')
  return data.map((entry, i) => {
    const model = fieldsOf(entry, `data.${i}`)
    return {
      id: cleanName(textOf(model.id)),
      contextLength: countOf(model.max_model_len) ?? countOf(model.context_length),
      ...(textOf(model.root) ? { root: textOf(model.root) } : {}),
    }
  })
}

/** Returns the listed model of a name; the name "default" stands for the only one. Throws `invalid_input` with the names. */
export function chooseModel(models: readonly ListedModel[], wanted: string): ListedModel {
  const named = models.find(({ id }) => id === wanted)
  if (named) return named
  const [only] = models
  if (wanted === 'default' && only && models.length === 1) return only
  const names = models
    .slice(0, SHOWN)
    .map(({ id }) => id)
    .join(', ')
  throw new AppError(
    'invalid_input',
    `The server has no model "${wanted}". It offers: ${names || 'none'}.`,
    { details: { kind: 'config', reason: 'model', httpStatus: 200 } },
  )
}

/** Returns the listed model of a name, else the name itself: hosted services do not list every model that they serve. */
export function findModel(
  models: readonly ListedModel[],
  config: { model: string; contextLength: number | null },
): ListedModel {
  const listed = models.find(({ id }) => id === config.model)
  const contextLength = listed?.contextLength ?? config.contextLength
  return { id: config.model, contextLength }
}

/** Returns what a server states of its model without what it does not state. */
export function statedFacts(
  stated: Record<string, string | number | boolean | null | undefined>,
): ModelFacts {
  return Object.fromEntries(
    Object.entries(stated).filter((entry): entry is [string, string | number | boolean] => {
      const [, value] = entry
      return value !== null && value !== undefined && value !== ''
    }),
  )
}
