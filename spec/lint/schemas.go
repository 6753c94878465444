package lint

import (
	"strconv"

	"github.com/connector-spec/connector/formula"
)

// A schemaVisitor looks at a data schema, which stands in the connector's Auth
// where the keys of the path lead. It must not keep the path.
type schemaVisitor func(path []string, schema formula.Value)

// eachSchema calls visit for every data schema in the connector's Auth, those
// within others included.
func (p *Pass) eachSchema(visit schemaVisitor) {
	auth := p.Connector.Auth
	path := make([]string, 0, 16)
	visit.owner(path, auth)
	options := auth.Get("options")
	for i, key := range options.Keys() {
		_, option := options.At(i)
		visit.owner(append(path, "options", key), option)
	}
	for _, o := range p.Connector.Operations() {
		visit.schema(append(path, "operations", o.Key, "inputSchema"), o.Value.Get("inputSchema"))
		visit.schema(append(path, "operations", o.Key, "outputSchema"), o.OutputSchema())
	}
}

// owner visits the schemas of the base or of an option.
func (visit schemaVisitor) owner(path []string, v formula.Value) {
	visit.schema(append(path, "ui", "schema"), v.Get("ui").Get("schema"))
	for _, field := range [...]string{"inputSchema", "parametersSchema", "credentialsSchema", "customCredentialsSchema"} {
		visit.schema(append(path, field), v.Get(field))
	}
}

// schema visits a schema and those within it.
func (visit schemaVisitor) schema(path []string, schema formula.Value) {
	if !schema.IsObject() || formula.LooksLikeFormula(schema) {
		return
	}
	visit(path, schema)
	for i := range schema.Len() {
		key, v := schema.At(i)
		switch key {
		case "properties", "patternProperties", "dependentSchemas", "$defs", "definitions":
			for j, name := range v.Keys() {
				_, item := v.At(j)
				visit.schema(append(path, key, name), item)
			}
		case "items", "additionalProperties", "if", "then", "else", "not", "contains", "propertyNames":
			visit.schema(append(path, key), v)
		case "allOf", "anyOf", "oneOf", "prefixItems":
			list, _ := v.AsList()
			for j, item := range list {
				visit.schema(append(path, key, strconv.Itoa(j)), item)
			}
		}
	}
}
