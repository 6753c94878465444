import { helper } from '../../helper';

interface Context { apiClient: { get(path: string): Promise<unknown> } }

export default async function test({ apiClient, user }: Context & { user: string }): Promise<void> {
  await apiClient.get('/me/' + user + helper);
}
