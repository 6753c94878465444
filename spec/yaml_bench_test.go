package spec_test

import (
	"bytes"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/connector-spec/connector/spec"
)

// sample is a connector of ordinary size.
const sample = `# An ordinary connector.
name: Harbour Ledger
key: harbour-ledger
version: 2.8.13
description: >-
  Accounts, invoices and payments of Harbour Ledger. Find your key under
  **Settings > API**.
logoUri: https://static.harbour.example/logo.png
categories: [accounting, billing]
auth:
  type: client-credentials
  title: API key
  ui:
    helpUri: https://docs.harbour.example/authentication
    description: |
      Connect your account.
      The key is shown only once, so copy it before closing the dialog.
    schema:
      type: object
      properties:
        apiKey:
          type: string
          title: API key
          description: "Only administrators can create one."
          format: password
          minLength: 8
        subdomain:
          type: string
          title: Subdomain
          description: "It looks like ` + "`https://example.com`" + `."
          pattern: '^[A-Za-z0-9._-]+$'
        region:
          type: string
          title: Region
          description: Where your account is hosted.
          enum: [us, eu, ap]
          default: us
        locale: {type: string, title: Locale, description: Language of texts.}
        tenant: {type: string, title: Tenant, description: The tenant to work in.}
      required:
        - apiKey
        - subdomain
  getCredentialsFromConnectionParameters:
    implementationType: mapping
    mapping:
      apiKey:
        $var: $.connectionParameters.apiKey
  makeApiClient:
    implementationType: mapping
    mapping:
      baseUri:
        $case:
          cases:
            - filter: [{field: $.connectionParameters.region, operator: is, value: eu}]
              value: https://api.eu.harbour.example/v3
            - filter: [{field: $.connectionParameters.region, operator: is, value: ap}]
              value: https://api.ap.harbour.example/v3
          default: https://api.harbour.example/v1
      headers:
        Authorization: Bearer ${credentials.apiKey}
        Accept: application/json
        X-Harbour-Tenant:
          $firstNotEmpty:
            - $var: $.connectionParameters.tenant
            - default
      query:
        locale:
          $var: $.connectionParameters.locale
      timeout: 30
  test:
    implementationType: rest-api-mapping
    mapping:
      path: /users/self
      method: get
      responseMapping:
        id: {$var: $.response.data.id}
        active: true
        name:
          $concat:
            - $var: $.response.data.first_name
            - ' '
            - $var: $.response.data.last_name
`

// BenchmarkParse compares reading a file with what the YAML library alone
// takes for it.
func BenchmarkParse(b *testing.B) {
	data := []byte(sample)
	b.Run("source", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, list := spec.Parse("f.yml", data); len(list) > 0 {
				b.Fatal(list)
			}
		}
	})
	b.Run("library", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			d := yaml.NewDecoder(bytes.NewReader(data))
			var first, second yaml.Node
			if err := d.Decode(&first); err != nil {
				b.Fatal(err)
			}
			_ = d.Decode(&second)
		}
	})
}
