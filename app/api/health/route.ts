import { route } from '@/lib/http/route'

/** Answers when the web process is up; the start command waits for it. */
export const GET = route({ handler: () => ({ ok: true }) })
