export default async ({ credentials }: any) => ({ access_token: credentials.refresh_token })
