package lint

import (
	"fmt"
	"maps"
	"slices"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var doubtfulKeyword = Rule{
	Code:     "doubtful-keyword",
	Severity: spec.Warning,
	check: func(p *Pass) {
		p.eachSchema(p.doubtfulKeywords)
	},
}

// keywords are those of a data schema: of JSON Schema, and of the format.
var keywords = wordSet(
	"$anchor", "$comment", "$defs", "$id", "$ref", "$schema", "additionalProperties", "allOf", "allowCustom", "anyOf", "const", "contains",
	"contentEncoding", "contentMediaType", "default", "definitions", "dependentRequired", "dependentSchemas", "deprecated", "description", "else", "enum", "examples",
	"exclusiveMaximum", "exclusiveMinimum", "format", "helpUri", "iconUri", "if", "isImplied", "isRichText", "isSensitive",
	"items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum",
	"multipleOf", "not", "nullable", "oneOf", "pattern", "patternProperties", "placeholder", "prefixItems", "properties", "propertyNames",
	"readOnly", "referenceCollection", "referenceCollectionPath", "referenceCollectionUri", "referenceRecords", "referenceUdm",
	"required", "section", "then", "title", "type", "unevaluatedProperties", "uniqueItems", "writeOnly",
)

func wordSet(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[w] = true
	}
	return set
}

// doubtfulKeywords reports the members of a schema that are nearly called like
// a keyword. Others are free: whoever reads the schema passes over them.
func (p *Pass) doubtfulKeywords(path []string, schema formula.Value) {
	for _, key := range schema.Keys() {
		if keywords[key] || len(key) > 1 && key[:2] == "x-" {
			continue
		}
		if near := formula.Nearest(key, slices.Sorted(maps.Keys(keywords))); near != "" {
			p.ReportAuth(formula.Pointer(append(path, key)...), spec.AtKey(), fmt.Sprintf("%q is no keyword of a schema, so it means nothing", key), fmt.Sprintf("did you mean %q?", near))
		}
	}
}
