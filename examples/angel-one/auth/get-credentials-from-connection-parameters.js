import axios from 'axios'
import { createHmac } from 'crypto'

// A script, since no formula does this: the code of an authenticator (RFC 6238) is
// a key read from Base32, an HMAC over eight bytes of a counter, and four bytes of
// it from a place that its last byte names. Formulas hash and sign text; they have
// neither Base32 nor single bytes.
function totp(secret, seconds) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const key = []
  let bits = 0
  let held = 0
  for (const letter of secret.toUpperCase()) {
    const value = alphabet.indexOf(letter)
    if (value < 0) continue // blanks, hyphens and padding
    held = (held << 5) | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      key.push((held >> bits) & 255)
      held &= (1 << bits) - 1
    }
  }
  let counter = Math.floor(seconds / 30)
  const message = new Uint8Array(8)
  for (let i = 7; i >= 0; i--) {
    message[i] = counter % 256
    counter = Math.floor(counter / 256)
  }
  const mac = createHmac('sha1', Buffer.from(key)).update(Buffer.from(message)).digest()
  const at = mac[mac.length - 1] & 15
  const number = ((mac[at] & 127) << 24) | (mac[at + 1] << 16) | (mac[at + 2] << 8) | mac[at + 3]
  return String(number % 1000000).padStart(6, '0')
}

export default async function login({ connectionInput }) {
  const { data: answer } = await axios.post(
    'https://apiconnect.angelone.in/rest/auth/angelbroking/user/v1/loginByPassword',
    {
      clientcode: connectionInput.clientCode,
      password: connectionInput.pin,
      totp: totp(connectionInput.totpSecret, Date.now() / 1000),
    },
    {
      headers: {
        Accept: 'application/json',
        'X-PrivateKey': connectionInput.apiKey,
        'X-UserType': 'USER',
        'X-SourceID': 'WEB',
        'X-ClientLocalIP': '127.0.0.1',
        'X-ClientPublicIP': '127.0.0.1',
        'X-MACAddress': '00:00:00:00:00:00',
      },
    },
  )
  if (!answer.status) throw new Error(`${answer.message} (${answer.errorcode})`)
  const { jwtToken, refreshToken, feedToken } = answer.data
  return { jwtToken, refreshToken, feedToken }
}
