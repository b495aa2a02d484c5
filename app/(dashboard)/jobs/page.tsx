import { JobsView } from '@/components/views/jobs/jobs-view'

export default function JobsPage() {
  return <JobsView />
}
