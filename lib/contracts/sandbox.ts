import { z } from 'zod'

/** Whether checking functions, which models have written, may be run on this machine. */
export const sandboxSchema = z.object({
  isOn: z.boolean().describe('Off until somebody turns it on.'),
})
export type SandboxSetting = z.infer<typeof sandboxSchema>

/** What turning it on means, where it is offered. */
export const SANDBOX_MEANS =
  'AutoIF and the metric Instruction-following pass run Python functions that a model wrote. They run in Python compiled to WebAssembly, in processes of their own that cannot read or write your files, open connections or start programs, with 128 MiB of memory and 5 seconds a call. No sandbox is perfect: turn it on only where you would run a program of strangers inside a browser.'
