import { z } from 'zod'
import { parseOutsideJson } from '@/lib/contracts/parse-json'

/** Returns the schema of a whole number in an address, with a default where one is given. */
export function integerParam(options: { min?: number; max?: number }): z.ZodType<number, number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options
  return z.coerce.number().int().min(min).max(max) as unknown as z.ZodType<number, number>
}

/** Returns the schema of `true` or `false` in an address. */
export function flagParam(): z.ZodType<boolean, boolean> {
  return z.enum(['true', 'false']).transform((text) => text === 'true') as unknown as z.ZodType<
    boolean,
    boolean
  >
}

/** The schema of the value behind a search parameter that is JSON text. */
const jsonValues = new WeakMap<z.ZodType, z.ZodType>()

/** Returns the schema of the value that a search parameter carries as JSON text; undefined for plain ones. */
export function jsonValueOf(param: z.ZodType): z.ZodType | undefined {
  const { innerType } = param._zod.def as { innerType?: z.ZodType }
  return jsonValues.get(param) ?? (innerType && jsonValueOf(innerType))
}

/** The schema of a search parameter that holds JSON; `fallback` stands for one that was left out. */
function jsonText(name: string, fallback?: string) {
  const text = fallback === undefined ? z.string() : z.string().default(fallback)
  return text.transform((given, context) => {
    const parsed = parseOutsideJson(given)
    if ('value' in parsed) return parsed.value
    const what = parsed.problem === 'key' ? 'has a key "__proto__"' : 'is not valid JSON'
    context.addIssue({ code: 'custom', message: `${name} ${what}` })
    return z.NEVER
  })
}

/** Returns the schema of a value that an address carries as JSON text; callers give the value, `call` writes the text. */
export function jsonParam<S extends z.ZodType>(
  name: string,
  schema: S,
): z.ZodType<z.output<S>, z.input<S>>
/** Returns the same with a text that stands for a value that was left out. */
export function jsonParam<S extends z.ZodType>(
  name: string,
  schema: S,
  fallback: string,
): z.ZodType<z.output<S>, z.input<S> | undefined>
export function jsonParam<S extends z.ZodType>(
  name: string,
  schema: S,
  fallback?: string,
): z.ZodType<z.output<S>, z.input<S> | undefined> {
  const text = jsonText(name, fallback).pipe(schema as z.ZodType<z.output<S>, unknown>)
  jsonValues.set(text, schema)
  return text as unknown as z.ZodType<z.output<S>, z.input<S> | undefined>
}
