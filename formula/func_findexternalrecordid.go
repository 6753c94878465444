package formula

var findExternalRecordIDFormula = Func{
	Name:    "$findExternalRecordId",
	Summary: "Stands for the id of a record in the external app, which the platform finds later: what it is given is evaluated, and it stays.",
	Args:    "{dataLinkTable, recordId}",
	Examples: []Example{
		{In: `{"$findExternalRecordId": {"dataLinkTable": {"key": "t"}, "recordId": {"$var": "id"}}}`, Vars: `{"id": 7}`, Want: `{"$findExternalRecordId": {"dataLinkTable": {"key": "t"}, "recordId": 7}}`},
	},
	compile: func(c *compiler, arg, _ Value) compiled { return c.deferred("$findExternalRecordId", arg) },
	infer:   inferDeferred,
}
