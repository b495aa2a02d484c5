import { route } from '@/lib/http/route'
import { connectInfo } from '@/lib/services/backends/config'

export const GET = route({ handler: () => connectInfo() })
