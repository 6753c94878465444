package formula

var findAppRecordIDFormula = Func{
	Name:    "$findAppRecordId",
	Summary: "Stands for the id of a record in the user's app, which the platform finds later: what it is given is evaluated, and it stays.",
	Args:    "{dataLinkTable, recordId}",
	Examples: []Example{
		{In: `{"$findAppRecordId": {"dataLinkTable": {"key": "t"}, "recordId": {"$var": "id"}}}`, Vars: `{"id": 7}`, Want: `{"$findAppRecordId": {"dataLinkTable": {"key": "t"}, "recordId": 7}}`},
	},
	compile: func(c *compiler, arg, _ Value) compiled { return c.deferred("$findAppRecordId", arg) },
	infer:   inferDeferred,
}
