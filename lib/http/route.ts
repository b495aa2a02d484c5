import { z } from 'zod'
import type { Endpoint, Given, Parsed, ParsedParams, PartOf } from '@/lib/api/endpoint'
import { AppError } from '@/lib/errors'
import type { ServiceContext } from '@/lib/services/context'
import { checkAccess, checkSource, type Access } from './access'
import { jsonBody } from './body'
import { getContext } from './context'
import { errorResponse, refusalReply } from './respond'

// Next gives the names of the folders; a catch-all segment is not used.
const ANY_PARAMS = z.record(z.string(), z.string())

/** What a handler gets: parsed parts and the services' context. `request.body` is unread unless `body` was declared. */
export interface RouteInput<P, Q, B> {
  ctx: ServiceContext
  params: P
  query: Q
  body: B
  request: Request
  /** Aborted when the caller goes away. */
  signal: AbortSignal
}

/** One route: schemas of what comes in, and the handler. */
export interface RouteDefinition<P, Q, B> {
  params?: z.ZodType<P>
  /** Parsed from the search parameters; a repeated name arrives as an array. */
  query?: z.ZodType<Q>
  /** Parsed from a JSON body. Leave it out to stream `request.body` yourself. */
  body?: z.ZodType<B>
  /** Set for the routes by which one logs in and out: they cannot ask for the access token. */
  isOpen?: boolean
  /** Returns plain data (sent as JSON), undefined (204), or a Response of its own (streams, downloads). */
  handler(input: RouteInput<P, Q, B>): unknown
}

/** Shape of a Next route handler; `params` is a promise, of nothing where the path names nothing. */
export type RouteHandler = (
  request: Request,
  context: { params: Promise<Record<string, string | string[] | undefined> | undefined> },
) => Promise<Response>

/** What to tell of a failed parse: of a choice of shapes, what is wrong with the one that fits best. */
function firstIssue(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const [issue] = issues
  if (issue?.code !== 'invalid_union') return issue
  const [nearest] = issue.errors.toSorted((a, b) => a.length - b.length)
  const inner = nearest && firstIssue(nearest)
  return inner ? { ...inner, path: [...issue.path, ...inner.path] } : issue
}

function parsePart<T>(schema: z.ZodType<T> | undefined, value: unknown, part: string): T {
  if (!schema) return undefined as T
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = firstIssue(parsed.error.issues)
  const at = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : ''
  throw new AppError(
    'invalid_input',
    `The ${part} is not valid${at}: ${issue?.message ?? 'unknown'}.`,
    {
      details: { issues: parsed.error.issues.map(({ path, message }) => ({ path, message })) },
    },
  )
}

function queryObject(url: string): Record<string, string | string[]> {
  const entries = new Map<string, string | string[]>()
  for (const [name, value] of new URL(url).searchParams) {
    const before = entries.get(name)
    if (before === undefined) entries.set(name, value)
    else entries.set(name, Array.isArray(before) ? [...before, value] : [before, value])
  }
  return Object.fromEntries(entries)
}

function toResponse(result: unknown): Response {
  if (result instanceof Response) return result
  if (result === undefined) return new Response(null, { status: 204 })
  return Response.json(result, { headers: { 'cache-control': 'no-store' } })
}

/**
 * Returns a Next route handler that checks access, parses params, query and body with zod, and turns errors into
 * `{error: {code, message, details}}` with the status of their code. Every file under app/api uses it.
 */
export function route<P = undefined, Q = undefined, B = undefined>(
  definition: RouteDefinition<P, Q, B>,
): RouteHandler {
  return async (request, context) => {
    try {
      const ctx = getContext()
      const access: Access = definition.isOpen
        ? (checkSource(request, ctx.config, 'api') ?? { state: 'ok' })
        : checkAccess(request, ctx.config, 'api')
      if (access.state === 'refused') return refusalReply(access)
      const result = await definition.handler({
        ctx,
        params: parsePart(definition.params, (await context.params) ?? {}, 'address'),
        query: parsePart(definition.query, queryObject(request.url), 'query'),
        body: definition.body
          ? parsePart(definition.body, await jsonBody(request), 'body')
          : (undefined as B),
        request,
        signal: request.signal,
      })
      return toResponse(result)
    } catch (error) {
      return errorResponse(error, `${request.method} ${new URL(request.url).pathname}`)
    }
  }
}

/** What the handler of an endpoint returns: the described reply, a Response of its own (streams), or nothing (204). */
type ReplyOf<E extends Endpoint> = E extends { reply: infer Schema }
  ? Given<Schema>
  : E extends { streams: string }
    ? Response
    : void

// A wrong reply is a fault of ours; in production the page would rather show it than nothing.
const CHECKS_REPLIES = process.env.NODE_ENV !== 'production'

function checkedReply(endpoint: Endpoint, reply: unknown): unknown {
  if (!endpoint.reply) return reply instanceof Response ? reply : undefined
  if (!CHECKS_REPLIES) return reply
  const parsed = endpoint.reply.safeParse(reply)
  if (parsed.success) return reply
  const issue = parsed.error.issues[0]
  throw new Error(
    `The reply of ${endpoint.method} ${endpoint.path} is not as described at ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? ''}`,
  )
}

/** Returns the route handler of a described endpoint: inputs are parsed, the reply's type (and, outside production, the reply) is checked. */
export function serve<const E extends Endpoint>(
  endpoint: E,
  handler: (
    input: RouteInput<ParsedParams<E>, Parsed<PartOf<E, 'query'>>, Parsed<PartOf<E, 'body'>>>,
  ) => ReplyOf<E> | Promise<ReplyOf<E>>,
): RouteHandler {
  type Input = Parameters<typeof handler>[0]
  return route({
    params: endpoint.params ?? ANY_PARAMS,
    ...(endpoint.query ? { query: endpoint.query } : {}),
    ...(endpoint.body ? { body: endpoint.body } : {}),
    ...(endpoint.isOpen ? { isOpen: true } : {}),
    handler: async (input) => checkedReply(endpoint, await handler(input as unknown as Input)),
  })
}
