const appKey = 'q7Xw2Lr9Tz4Kp8Vn3Bd6Hs1Jm5Fc'

export default async function test({ apiClient }) {
  return Boolean(await apiClient.get('/me', { headers: { 'X-App-Key': appKey } }))
}
