import { BackendsView } from '@/components/views/backends/backends-view'

export default function BackendsPage() {
  return <BackendsView />
}
