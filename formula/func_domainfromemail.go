package formula

import "strings"

var domainFromEmailFormula = Func{
	Name:    "$domainFromEmail",
	Summary: "What stands behind the @ of an email address.",
	Args:    "text with one @",
	Examples: []Example{
		{In: `{"$domainFromEmail": {"$var": "email"}}`, Vars: `{"email": "ann@example.com"}`, Want: `"example.com"`},
		{In: `{"$domainFromEmail": "no address"}`, Note: "anything without exactly one @ has no result"},
		{In: `{"$domainFromEmail": "ann@"}`, Want: `""`},
	},
	compile: func(c *compiler, arg, _ Value) compiled {
		address := c.value(arg)
		return compiled{eval: func(f *frame) (Value, error) {
			v, err := address.run(f)
			if err != nil {
				return Undefined, err
			}
			_, domain, ok := strings.Cut(v.Text(), "@")
			if !ok || strings.Contains(domain, "@") {
				return Undefined, f.read(v)
			}
			return String(domain), f.read(v)
		}}
	},
	infer: inferDomain,
}
