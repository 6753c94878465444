package formula

var listFunc = ExprFunc{
	Name: "list", Args: "value", Summary: "the value as a list: a list stays as it is, a missing value or null is an empty list, and any other value the only item of one. An XML answer has a list only where there are several elements of a name", min: 1, max: 1,
	maybe: true, gives: listType,
	infer: func(arg *dataType) *dataType {
		item := arg.only(ofAnything &^ ofMissing &^ ofList)
		if arg.can(ofList) {
			item = union(item, arg.itemType())
		}
		return &dataType{kinds: ofList, item: item.guarded()}
	},
	Examples: []Example{
		{In: `list([1, 2])`, Want: `[1, 2]`},
		{In: `map(list(users.user), .name)`, Vars: `{"users": {"user": {"name": "Ada"}}}`, Want: `["Ada"]`},
		{In: `len(list(users.user))`, Vars: `{"users": {}}`, Want: `0`},
	},
	one: func(_ *frame, v Value) (Value, error) {
		switch v.kind {
		case KindList:
			return v, nil
		case KindUndefined, KindNull:
			return List(), nil
		default:
			return List(v), nil
		}
	},
}
