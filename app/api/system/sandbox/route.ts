import { sandboxEndpoint, setSandboxEndpoint } from '@/lib/api/system'
import { serve } from '@/lib/http/route'
import { sandboxSetting, setSandbox } from '@/lib/services/sandbox/setting'

export const GET = serve(sandboxEndpoint, ({ ctx }) => sandboxSetting(ctx.db))

export const PATCH = serve(setSandboxEndpoint, ({ ctx, body }) => setSandbox(ctx.db, body))
