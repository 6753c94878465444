package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/connector-spec/connector/spec/method/script"
)

// writeScripts writes the reference of scripts from the tables of their
// package.
func writeScripts(w io.Writer) error {
	var b strings.Builder
	b.WriteString(scriptsIntro)
	writeFeatures(&b, "The API client", clientIntro, "call", script.ClientCalls())
	writeFeatures(&b, "Globals", "Besides those of JavaScript itself (ES2023) there are these. There is no `process`, no `Intl` and no `FormData`.", "name", script.Globals())
	writeFeatures(&b, "Modules", "A script can import `.ts`, `.js`, `.mjs`, `.cjs` and `.json` files of the connector, named relative to itself, and these. Everything else is refused when the script is checked.", "module", script.BuiltIn())
	b.WriteString(scriptsSecrets)
	b.WriteString("\n## Bounds\n\nWhat exceeds them ends the call with an error.\n\n| | |\n|---|---|\n")
	for _, l := range script.Limits() {
		fmt.Fprintf(&b, "| %s | %s |\n", l.What, l.Bound)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const scriptsIntro = `<!-- Made by go generate from the tables of package spec/method/script. -->

# Scripts

A method of the type ` + "`javascript`" + ` is a function that a script exports by default,
or by the name of the method. It is called with one object that holds the
variables of the method, and may be async. ES modules and CommonJS, JavaScript
and TypeScript (types are taken out, and not checked) can be written:

    export default async function test({ apiClient }) {
      const me = await apiClient.get('/me')
      return Boolean(me.id)
    }

A script has no files, no network of its own and no environment. Its requests
are sent by the program, to the API and to the origins that the spec writes out
or lists in ` + "`allowedOrigins`" + `. On the command line it runs in a process of its
own. Each call has new globals: nothing is kept from one to the next.

What a script throws fails the method, with its message and its place in the
author's file. A test passes with a result that is truthy; one that returns
nothing fails, but for connectors of the first generation, whose tests only
throw. ` + "`makeApiClient`" + ` returns the fields of an API client, or a ` + "`RestApiClient`" + `.
`

const scriptsSecrets = `
## Secrets in replays and simulations

A replay, and the run that a recording is made of, give a script placeholders in
place of secrets: ` + "`{{input.totpSecret}}`" + ` for what the user entered,
` + "`{{credentials.token}}`" + ` for what a server gave ([recordings.md](recordings.md#placeholders)).
A simulation makes secrets up: as the ` + "`examples`" + ` or the ` + "`pattern`" + ` of the schema
say, else from letters and digits, such as ` + "`sim5f2c90…`" + `.

A script that is strict about the form of a secret, such as Base32, PEM or JSON, must not
fail on them. With a placeholder it has to send the same requests as with a real secret;
what it makes of the secret may be anything. So it is strict about real secrets only:

    function keyOf(secret) {
      if (secret.startsWith('{{')) return Buffer.from(secret) // a replay
      if (!/^[A-Z2-7]+$/.test(secret)) throw new Error('the secret is not Base32')
      const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
      return Buffer.from((bits.match(/.{8}/g) || []).map((byte) => parseInt(byte, 2)))
    }

and the schema says the form, for simulations as for who enters it:

    totpSecret: { type: string, isSensitive: true, pattern: '^[A-Z2-7]{16,64}$' }

Where the form allows it, it is simpler to skip what does not belong to it, as
[examples/angel-one](../examples/angel-one) does.
`

const clientIntro = "`test`, `disconnect` and operations get it as `apiClient` and as `externalApiClient`. Its requests carry what `makeApiClient` says. Paths are relative to `baseUri`; absolute URLs are taken as they are. Lists in a query repeat their name."

func writeFeatures(b *strings.Builder, title, intro, what string, list []script.Feature) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n| %s | | example | gives |\n|---|---|---|---|\n", title, intro, what)
	for _, f := range list {
		example := f.Example
		if f.Imports != "" {
			example = f.Imports + "; " + f.Example
		}
		fmt.Fprintf(b, "| `%s` | %s | `%s` | `%s` |\n", cell(f.Name), cell(f.Summary), cell(example), cell(f.Want))
	}
}
