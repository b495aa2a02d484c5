import { route } from '@/lib/http/route'
import { systemInfo } from '@/lib/services/system'

export const GET = route({ handler: ({ ctx }) => systemInfo(ctx) })
