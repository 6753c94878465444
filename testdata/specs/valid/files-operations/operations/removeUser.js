export default async function run({ input, apiClient }) {
  return apiClient.delete(`/users/${input.id}`)
}
