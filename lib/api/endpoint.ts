import { z } from 'zod'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** Names in square brackets of a path: `/studies/[studyId]` has `studyId`. */
type NamesOf<Path extends string> = Path extends `${string}[${infer Name}]${infer Rest}`
  ? Name | NamesOf<Rest>
  : never

/** The part of an address that names things, as strings. */
export type PathParams<Path extends string> = { [Name in NamesOf<Path>]: string }

/**
 * One call of the HTTP interface, described once: the route serves it (`serve` in lib/http), the browser makes it (`call`
 * in components/hooks), and both take their types from here. `path` follows the folders below app/api.
 */
export interface Endpoint {
  method: Method
  path: `/${string}`
  /** What the call does, in one sentence. */
  summary: string
  /** Parses the names in the path where they are more than strings. */
  params?: z.ZodType
  /** Parsed from the search parameters; a repeated name arrives as an array. */
  query?: z.ZodType
  /** Parsed from a JSON body. Without it the handler may stream the body itself. */
  body?: z.ZodType
  /** Media type of a body that is no JSON and that the handler reads itself. */
  takes?: string
  /** What a caller may send, where an example made from the schemas would say little. */
  example?: { query?: Record<string, unknown>; body?: unknown }
  /** What comes back as JSON. Without it the reply is empty (204), or a stream when `streams` says so. */
  reply?: z.ZodType
  /** Set for the calls by which one logs in and out: they cannot ask for the access token. */
  isOpen?: boolean
  /** Media type of a reply that is no JSON: the handler returns a Response. */
  streams?: string
}

/** What a caller gives for a part: the schema's input; nothing where the part is not described. */
export type Given<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined

/** What a handler gets of a part, parsed; undefined where it is not described. */
export type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined

/** The schema of one part of an endpoint; undefined where it has none. */
export type PartOf<
  E extends Endpoint,
  Name extends 'params' | 'query' | 'body' | 'reply',
> = E extends { [K in Name]: infer Schema } ? Schema : undefined

/** What a caller gives for the names in the path. */
export type GivenParams<E extends Endpoint> = E extends { params: z.ZodType }
  ? Given<E['params']>
  : PathParams<E['path']>

/** What a handler gets of the names in the path. */
export type ParsedParams<E extends Endpoint> = E extends { params: z.ZodType }
  ? Parsed<E['params']>
  : PathParams<E['path']>

/** Returns a function that describes a call of this method, with its literal types. */
function describer<const M extends Method>(method: M) {
  return <const Path extends `/${string}`, const Rest extends Omit<Endpoint, 'method' | 'path'>>(
    path: Path,
    rest: Rest,
  ): { method: M; path: Path } & Rest => ({ method, path, ...rest })
}

/** Returns the description of a call that reads. */
export const get = describer('GET')
/** Returns the description of a call that starts or adds something. */
export const post = describer('POST')
/** Returns the description of a call that changes a thing. */
export const patch = describer('PATCH')
/** Returns the description of a call that deletes. */
export const remove = describer('DELETE')

/** Returns the call that deletes a thing, which can be restored until it is purged. */
export const deletion = <const Path extends `/${string}`>(path: Path, thing: string) =>
  remove(path, { summary: `Deletes ${thing}; it can be restored for 7 days.` })

/** Returns the call that undoes the deletion and answers with the thing. */
export const restoration = <const Tail extends string, S extends z.ZodType>(
  path: `/${Tail}`,
  thing: string,
  reply: S,
) =>
  post(`/${path.slice(1) as Tail}/restore` as const, {
    summary: `Undoes the deletion of ${thing}.`,
    reply,
  })

/** Returns the calls that delete a thing and that undo it. */
export const undoable = <const Tail extends string, S extends z.ZodType>(
  path: `/${Tail}`,
  thing: string,
  reply: S,
) => [deletion(path, thing), restoration(path, thing, reply)] as const

interface Collection<Body, Item> {
  /** What the list says of itself and what adding does, each in a sentence. */
  lists: string
  adds: string
  body: Body
  example?: { body: unknown }
  item: Item
}

/** Returns the calls that list things and that add one, which answers with it. */
export const collection = <
  const Path extends `/${string}`,
  Body extends z.ZodType,
  Item extends z.ZodType,
>(
  path: Path,
  { lists, adds, body, example, item }: Collection<Body, Item>,
) =>
  [
    get(path, { summary: lists, reply: z.array(item) }),
    post(path, { summary: adds, body, reply: item, ...(example && { example }) }),
  ] as const
