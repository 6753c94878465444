package script

import "fmt"

// A Feature is something that scripts have besides the language itself.
type Feature struct {
	Name    string
	Summary string
	// Imports are import statements that the example needs.
	Imports string
	// Example is an expression, which may use await and the arguments. Want is
	// its value as JSON, "undefined" for nothing. In examples the API answers
	// {"name": "Ada"}, but 401 to /expired.
	Example, Want string
}

// Globals lists the global names that scripts have besides those of ES2023.
// Console, crypto and the API client are frozen.
func Globals() []Feature { return globals }

// BuiltIn lists the modules that scripts can import besides files of the
// connector.
func BuiltIn() []Feature { return builtInModules }

// ClientCalls lists what the API client does, which methods get as apiClient
// and externalApiClient.
func ClientCalls() []Feature { return clientCalls }

// A Limit is a bound of a call, in words.
type Limit struct{ What, Bound string }

// Limits lists the bounds of a script and its call.
func Limits() []Limit {
	mib := func(n int) string { return fmt.Sprintf("%d MiB", n>>20) }
	return []Limit{
		{"one file", fmt.Sprintf("%d KiB", MaxSize>>10)},
		{"a script with all that it imports", fmt.Sprintf("%s in %d files", mib(maxTotal), maxFiles)},
		{"time of a call, requests and timers included", DefaultTimeout.String()},
		{"memory of JavaScript's values", mib(maxMemory)},
		{"memory of the process, where a script has its own", mib(maxProcess)},
		{"requests of a call", fmt.Sprint(maxRequests)},
		{"one request", mib(maxRequest)},
		{"one answer", fmt.Sprintf("10 MiB, and %s as JSON", mib(maxAnswer))},
		{"the result, as JSON", mib(maxResult)},
		{"the log of a call; the rest is left out", fmt.Sprintf("%d KiB in %d lines", maxLog>>10, maxLogLines)},
	}
}

// This is a table: it may be long.
var globals = []Feature{
	{Name: "fetch", Summary: "sends a request to an absolute URL, without the connection's credential", Example: `(await (await fetch('https://api.example.com/me')).json()).name`, Want: `"Ada"`},
	{Name: "Headers", Summary: "headers of requests and answers", Example: `new Headers({ Accept: 'text/plain' }).get('accept')`, Want: `"text/plain"`},
	{Name: "Request", Summary: "a request for fetch", Example: `new Request('https://api.example.com/me', { method: 'post' }).method`, Want: `"POST"`},
	{Name: "Response", Summary: "an answer, with ok, status, headers, text(), json(), bytes() and arrayBuffer()", Example: `(await fetch('https://api.example.com/me')).ok`, Want: `true`},
	{Name: "AbortController", Summary: "a signal for fetch; AbortSignal.timeout(ms) is there, too", Example: `new AbortController().signal.aborted`, Want: `false`},
	{Name: "AbortSignal", Summary: "see AbortController", Example: `AbortSignal.abort().aborted`, Want: `true`},
	{Name: "URL", Summary: "takes URLs apart and puts them together", Example: `new URL('../x?a=1', 'https://api.example.com/v1/y').href`, Want: `"https://api.example.com/x?a=1"`},
	{Name: "URLSearchParams", Summary: "a query, or the body of a form", Example: `new URLSearchParams({ a: 'b c', d: '&' }).toString()`, Want: `"a=b+c&d=%26"`},
	{Name: "TextEncoder", Summary: "text to UTF-8", Example: `[...new TextEncoder().encode('é')]`, Want: `[195,169]`},
	{Name: "TextDecoder", Summary: "UTF-8 or Latin-1 to text", Example: `new TextDecoder().decode(new Uint8Array([195, 169]))`, Want: `"é"`},
	{Name: "btoa", Summary: "encodes Base64", Example: `btoa('user:password')`, Want: `"dXNlcjpwYXNzd29yZA=="`},
	{Name: "atob", Summary: "decodes Base64", Example: `atob('aGk=')`, Want: `"hi"`},
	{Name: "Buffer", Summary: "bytes: from, concat, toString with utf8, base64, base64url, hex and latin1", Example: `Buffer.from('é').toString('base64url')`, Want: `"w6k"`},
	{Name: "crypto.randomUUID", Summary: "a random UUID; what is random comes from the run, so that recordings replay", Example: `crypto.randomUUID().length`, Want: `36`},
	{Name: "crypto.getRandomValues", Summary: "fills a list of bytes", Example: `crypto.getRandomValues(new Uint8Array(4)).length`, Want: `4`},
	{Name: "crypto.randomBytes", Summary: "random bytes as a Buffer", Example: `crypto.randomBytes(4).toString('hex').length`, Want: `8`},
	{Name: "crypto.createHash", Summary: "md5, sha1, sha256, sha384 and sha512, as in Node", Example: `crypto.createHash('md5').update('a').digest('hex')`, Want: `"0cc175b9c0f1b6a831c399e269772661"`},
	{Name: "crypto.createHmac", Summary: "HMAC with the same digests, as in Node", Example: `crypto.createHmac('sha256', 'key').update('text').digest('base64')`, Want: `"avqQRqlXnK0UOjhMG1ZLmiUNJ9b2pj+fIL86dZTJ4sY="`},
	{Name: "crypto.timingSafeEqual", Summary: "compares bytes", Example: `crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('a'))`, Want: `true`},
	{Name: "crypto.subtle.digest", Summary: "SHA-1, SHA-256, SHA-384 and SHA-512", Example: `Buffer.from(await crypto.subtle.digest('SHA-1', new TextEncoder().encode('a'))).toString('hex')`, Want: `"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"`},
	{Name: "crypto.subtle.sign", Summary: "HMAC, with a raw key of importKey; verify is there, too", Example: `(await crypto.subtle.sign('HMAC', await crypto.subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']), Buffer.from('text'))).byteLength`, Want: `32`},
	{Name: "console", Summary: "log, info, warn, error, debug: lines of the run's log; objects are written as JSON", Example: `console.log('name', { a: 1 })`, Want: `undefined`},
	{Name: "setTimeout", Summary: "calls a function later, within the time of the call; clearTimeout, setInterval and clearInterval are there, too", Example: `await new Promise((done) => setTimeout(done, 10, 'later'))`, Want: `"later"`},
	{Name: "queueMicrotask", Summary: "calls a function as soon as what runs has ended", Example: `await new Promise((done) => queueMicrotask(() => done(1)))`, Want: `1`},
	{Name: "structuredClone", Summary: "a deep copy", Example: `structuredClone({ a: [new Date(0)] })`, Want: `{"a":["1970-01-01T00:00:00.000Z"]}`},
	{Name: "performance", Summary: "performance.now(), the same clock as Date's", Example: `performance.now() === Date.now()`, Want: `true`},
	{Name: "Date", Summary: "time is the run's: it stands still while a script works, and advances with its timers. The time zone is UTC", Example: `[new Date().getTimezoneOffset(), Date.now() === new Date().getTime()]`, Want: `[0,true]`},
}

var builtInModules = []Feature{
	{Name: "axios", Summary: "get, delete, head, options, post, put, patch, request, create, isAxiosError; params, headers, auth, data, baseURL, responseType, validateStatus; the answer is {status, statusText, headers, data}, an error has it as response", Imports: `import axios from 'axios'`, Example: `(await axios.get('/me', { baseURL: 'https://api.example.com', params: { a: 1 } })).data.name`, Want: `"Ada"`},
	{Name: "@integration-app/connector-sdk", Summary: "RestApiClient and the errors", Imports: `import { RestApiClient } from '@integration-app/connector-sdk'`, Example: `new RestApiClient({ baseUri: 'https://api.example.com' })`, Want: `{"baseUri":"https://api.example.com"}`},
	{Name: "@integration-app/sdk/errors", Summary: "ConnectionError, BadRequestError, NotFoundError and so on, ConnectionErrorKey", Imports: `import { ConnectionError, ConnectionErrorKey } from '@integration-app/sdk/errors'`, Example: `new ConnectionError({ message: 'no', key: ConnectionErrorKey.ACCESS_TOKEN_EXPIRED }).key`, Want: `"access_token_expired"`},
	{Name: "crypto", Summary: "the global crypto; node:crypto is the same", Imports: `import crypto, { createHash } from 'crypto'`, Example: `crypto.createHash === createHash`, Want: `true`},
	{Name: "node:crypto", Summary: "see crypto", Imports: `const { createHmac } = require('node:crypto')`, Example: `createHmac('sha1', '').digest('hex').length`, Want: `40`},
}

var clientCalls = []Feature{
	{Name: "get(path, query, options)", Summary: "gives the body of the answer", Example: `await apiClient.get('/me', { fields: 'name' })`, Want: `{"name":"Ada"}`},
	{Name: "post(path, data, options)", Summary: "sends data as JSON, or as a form if the Content-Type header says so", Example: `(await apiClient.post('/me', { name: 'Ada' })).name`, Want: `"Ada"`},
	{Name: "put(path, data, options)", Summary: "as post", Example: `(await apiClient.put('/me', { name: 'Ada' })).name`, Want: `"Ada"`},
	{Name: "patch(path, data, options)", Summary: "as post", Example: `(await apiClient.patch('/me', { name: 'Ada' })).name`, Want: `"Ada"`},
	{Name: "delete(path, data, options)", Summary: "as post", Example: `(await apiClient.delete('/me')).name`, Want: `"Ada"`},
	{Name: "options.returnFullResponse", Summary: "gives {status, headers, data} instead of the body", Example: `(await apiClient.get('/me', {}, { returnFullResponse: true })).status`, Want: `200`},
	{Name: "options.responseType", Summary: "json, arraybuffer (a Buffer) or stream (to be read with for await)", Example: `(await apiClient.get('/me', {}, { responseType: 'arraybuffer' })).toString()`, Want: `"{\"name\":\"Ada\"}"`},
	{Name: "options.headers, query, auth, baseUri", Summary: "are added for this request", Example: `(await apiClient.get('/me', {}, { headers: { 'X-A': 'b' }, query: { a: 1 }, auth: { username: 'u', password: 'p' }, baseUri: 'https://api.example.com/v2' })).name`, Want: `"Ada"`},
	{Name: "errors", Summary: "an answer that is no success is thrown, with key (access_token_expired, rate_limit_exceeded, connection_is_defunct), status, data and response", Example: `await apiClient.get('/expired').catch((e) => [e.key, e.status])`, Want: `["access_token_expired",401]`},
}
