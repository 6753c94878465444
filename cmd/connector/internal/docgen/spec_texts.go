package main

import (
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

func isNoMethod(field string, schema formula.Value) bool {
	return spec.BodyFile(field, spec.KindMapping) == ""
}

func isNoType(field string, _ formula.Value) bool { return field != "type" }

const connectorAbout = "What stands at the top of a spec, beside `auth`. Nothing but `auth` is needed."

const specIntro = `<!-- Made by go generate from the schema of specs and the tables of auth types and methods. -->

# Specs

A spec is a YAML file that says how to reach an application's API and how its
users authenticate. This page has all of it; ` + "`connector schema spec`" + ` has the same
for editors and programs. Values may be [formulas](formulas.md); what
` + "`connector validate`" + ` says about a spec is explained in
[diagnostics](diagnostics.md).

` + "```yaml" + `
# acme.yml
key: acme
name: Acme
auth:
  type: bearer # asks for a token and sends it in the Authorization header
  baseUri: https://api.acme.example/v1 # what paths are relative to
  credential:
    title: Access token
    description: From Settings, API access.
  test: # one cheap request that needs the token
    implementationType: rest-api-mapping
    mapping:
      method: get
      path: /me
      responseMapping:
        email: {$var: response.data.email}
  connectionLabel: ${test.email} # what the user's connection is called
` + "```" + `

Four things make a spec: **what is asked** from the user (the type's own inputs, and
` + "`ui.schema`" + `), **what becomes of it** (methods such as a login), **how it reaches a
request** (` + "`makeApiClient`" + `, which the short types write for you), and **how to know
that it works** (` + "`test`" + `).

YAML is read as data: no tags, no merge keys, no repeated keys. What looks like a
number, a boolean or a date stands in quotes where text is wanted. Fields of your
own begin with ` + "`x-`" + `; any other field that is not on this page is an error. A secret
never stands in a spec: the user is asked for it, or whoever runs the connector
gives it as a connector parameter.

## A connector's directory

A connector is one file, as above, or a directory:

` + "```text" + `
acme/
  spec.yml                      or connector.yml, acme.yml, src/spec.yml
  auth/
    make-api-client.map.yml     the body of makeApiClient
    test.rest.yml               the body of test
    token/
      test.rest.yml             the body of test of the option "token"
  operations/
    list-orders.yml             the operation "list-orders"
  recordings/
    default.yml                 what "connector test" replays
  logo.png
` + "```" + `

Any method can have its body in a file, whose name is that of the method in
kebab case (` + "`getOAuthConfig`" + ` is ` + "`get-oauth-config`" + `). How the name ends says what it
holds. A method that has a file need not be mentioned in the spec.
`

const specForms = `
So this is the spec of a connector, and a method of it in a file of its own:

` + "```yaml" + `
# widgets/spec.yml
name: Widgets
auth:
  type: bearer
  baseUri: https://api.widgets.example
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me}
` + "```" + `

` + "```yaml" + `
# widgets/auth/disconnect.rest.yml
method: delete
path: /tokens/current
` + "```" + `

A file elsewhere in the directory is named by the method's ` + "`filePath`" + `. No file
reference and no link leads out of the directory.

## Three forms

The form above has all that is about authentication under ` + "`auth`" + `. Membrane's
format has an older and a newer form, which are read as well and mean the same:

**Flat**: without ` + "`auth`" + `, its fields stand at the top, and a method says ` + "`type`" + ` instead
of ` + "`implementationType`" + `.

` + "```yaml" + `
# flat.yml
name: Acme
type: bearer
baseUri: https://api.acme.example
test:
  type: rest-api-mapping
  mapping: {method: get, path: /me}
` + "```" + `

**First generation**: a ` + "`spec.yml`" + ` without ` + "`auth`" + ` and ` + "`type`" + `, beside a directory ` + "`auth`" + ` with
method files and ` + "`ui.yml`" + `, which is the [form](#form). The type follows from the files.

Beside ` + "`auth`" + ` may stand ` + "`test`" + `, ` + "`ui`" + `, ` + "`inputSchema`" + ` and ` + "`parametersSchema`" + `, which belong
to it; everything else that is about authentication stands in it.
`

const typesIntro = `
## Auth types

The short types, ` + "`api-key`" + `, ` + "`bearer`" + `, ` + "`basic`" + `, ` + "`aws-sigv4`" + ` and ` + "`none`" + `, are lowered to
` + "`client-credentials`" + ` with a form and a client that are written for you. What stands
beside them is laid over that: more inputs in ` + "`ui.schema`" + `, more headers in
` + "`makeApiClient`" + `, and so on. ` + "`connector explain PATH`" + ` shows the result.

All types are validated and run. ` + "`connector test --simulate`" + ` runs an option of any of
them against a provider that is made from the spec, without an account.
`

const methodsIntro = `
## Methods

A method computes something at one point in the life of a connection: from
variables, to a result. Its ` + "`implementationType`" + ` says how it is written. Its
body stands beside that, as ` + "`mapping`" + ` or ` + "`code`" + `, or in a file. A type in bold needs
the method.
`

const specBodies = `
` + "```yaml" + `
# bodies.yml
name: Acme
auth:
  type: client-credentials
  ui:
    schema:
      type: object
      properties: {key: {type: string, title: Key, isSensitive: true}}
      required: [key]
  makeApiClient:
    implementationType: mapping # data with formulas
    mapping:
      baseUri: https://api.acme.example
      headers: {X-Key: '${credentials.key}'}
  test:
    implementationType: rest-api-mapping # a request, and what of the answer is the result
    mapping:
      method: get
      path: /users/{id}
      requestMapping:
        pathParameters: {id: me}
        query: {fields: 'id,name'}
      responseMapping: {name: '${response.data.name}'}
  disconnect:
    implementationType: javascript # a script, see scripts.md
    code: |
      export default async function disconnect({ apiClient }) {
        await apiClient.post('/logout')
      }
` + "```" + `

` + "`test` and `disconnect`" + ` send their requests with the connection's client. The
other methods have none: their paths are whole addresses or relative to ` + "`auth.baseUri`" + `, and no
credential is added to what they send. An ` + "`expires_in`" + ` or ` + "`expires_at`" + ` in the result of
a method that gives credentials says when they expire.

Several requests are ` + "`steps`" + `; each has a name, and those after it see its answer:

` + "```yaml" + `
# steps.yml
name: Acme
auth:
  type: client-credentials
  baseUri: https://api.acme.example
  ui:
    schema:
      type: object
      properties: {key: {type: string, title: Key, isSensitive: true}}
      required: [key]
  getCredentialsFromConnectionParameters:
    implementationType: rest-api-mapping
    mapping:
      steps:
        - name: nonce
          method: get
          path: https://api.acme.example/nonce
        - name: session
          method: post
          path: https://api.acme.example/sessions
          requestMapping:
            data:
              key: {$var: connectionInput.key}
              nonce: {$var: steps.nonce.response.data.nonce}
      responseMapping:
        session: {$var: steps.session.response.data.id}
  makeApiClient:
    implementationType: mapping
    mapping:
      headers: {X-Session: '${credentials.session}'}
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me}
` + "```" + `
`

const variablesIntro = `
## Variables

A formula sees what is known at its point; anything else is an error of
` + "`connector validate`" + `, as is a member that the schemas do not have.
`

const specOptions = `
## Options and inheritance

An API with several ways to authenticate has ` + "`options`" + `, by key. An option inherits
what it does not say from the ` + "`auth`" + ` around it, the base:

` + "```yaml" + `
# several.yml
name: Acme
auth:
  type: bearer
  title: Access token
  baseUri: https://${connectionInput.shop}.acme.example
  ui:
    schema:
      type: object
      properties: {shop: {type: string, title: Shop}}
      required: [shop]
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me}
  options:
    login:
      type: basic
      title: User name and password
    demo:
      type: none
      title: Demo shop
      baseUri: https://demo.acme.example
      ui: {schema: {properties: {shop: null}}}
` + "```" + `

* The base is a choice of its own, under the key ` + "`default`" + `, if it has a type and can make
  a client. ` + "`selectable: false`" + ` says that it only shares settings.
* A schema of an option is merged with the base's, field by field; ` + "`null`" + ` removes a
  field. Every other field replaces that of the base; a method that is ` + "`null`" + ` is not
  taken over.
* Methods that the option's type does not have are not inherited.
* Inheritance comes first, then short types are lowered.
`

const specOrigins = `
## Operations

An operation is a request by name, which runs with a connection's client, as in
` + "`connector operations`" + `. A test can be one of them, as an ` + "`operation-mapping`" + `.

` + "```yaml" + `
# orders.yml
name: Acme
auth:
  type: bearer
  baseUri: https://api.acme.example
  test:
    implementationType: operation-mapping
    mapping:
      operationKey: list-orders
      inputMapping: {limit: 1}
operations:
  list-orders:
    title: List orders
    inputSchema:
      type: object
      properties:
        limit: {type: integer, title: How many, default: 20}
    type: rest-api-mapping
    mapping:
      method: get
      path: /orders
      requestMapping: {query: {limit: '${input.limit}'}}
` + "```" + `

## Where credentials may go

A credential goes to the origins of its connection and nowhere else: the base
address with the user's values in it, the OAuth endpoints, the absolute addresses
that the spec and its scripts write out, and ` + "`allowedOrigins`" + `. Requests to any other
origin are refused, and redirects are followed within one origin only.

A value that a user enters never changes the scheme, host or port that the author
wrote: in ` + "`https://${connectionInput.shop}.acme.example`" + ` the host ends in
` + "`.acme.example`" + `, whatever it is. In a path ` + "`${…}`" + ` is one encoded segment, in a query it is encoded. A base
address that is wholly one formula, such as ` + "`${credentials.instance_url}`" + `, may be any
https origin, and is shown before it is used.
`

const fieldsIntro = `
## Fields

In bold: the field is needed. *f* after a value: a formula may stand there, as an
object such as ` + "`{$var: …}`" + ` or as text with ` + "`${…}`" + `. "Anything" may hold formulas at any
depth.
`
