import { ApiView } from '@/components/views/help/api-view'

export default function ApiPage() {
  return <ApiView />
}
