import { StudiesView } from '@/components/views/studies/studies-view'

export default function StudiesPage() {
  return <StudiesView />
}
