package lint

import (
	"strconv"

	"github.com/connector-spec/connector/formula"
)

// eachSchema calls visit for every data schema in the connector's Auth, those
// within others included, with its pointer.
func (p *Pass) eachSchema(visit func(pointer string, schema formula.Value)) {
	auth := p.Connector.Auth
	schemasOf("", auth, visit)
	options := auth.Get("options")
	for i, key := range options.Keys() {
		_, option := options.At(i)
		schemasOf(formula.Pointer("options", key), option, visit)
	}
}

// schemasOf visits the schemas of the base or of an option.
func schemasOf(pointer string, v formula.Value, visit func(string, formula.Value)) {
	schemaIn(pointer+"/ui/schema", v.Get("ui").Get("schema"), visit)
	for _, field := range [...]string{"inputSchema", "parametersSchema", "credentialsSchema", "customCredentialsSchema"} {
		if schema := v.Get(field); schema.IsObject() {
			schemaIn(pointer+"/"+field, schema, visit)
		}
	}
}

// schemaIn visits a schema and those within it.
func schemaIn(pointer string, schema formula.Value, visit func(string, formula.Value)) {
	if !schema.IsObject() || formula.LooksLikeFormula(schema) {
		return
	}
	visit(pointer, schema)
	for i, key := range schema.Keys() {
		_, v := schema.At(i)
		switch key {
		case "properties", "patternProperties", "dependentSchemas", "$defs", "definitions":
			for j, name := range v.Keys() {
				_, item := v.At(j)
				schemaIn(pointer+formula.Pointer(key, name), item, visit)
			}
		case "items", "additionalProperties", "if", "then", "else", "not", "contains", "propertyNames":
			schemaIn(pointer+"/"+key, v, visit)
		case "allOf", "anyOf", "oneOf", "prefixItems":
			list, _ := v.AsList()
			for j, item := range list {
				schemaIn(pointer+"/"+key+"/"+strconv.Itoa(j), item, visit)
			}
		}
	}
}
