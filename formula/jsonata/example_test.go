package jsonata_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/connector-spec/connector/formula/jsonata"
)

func ExampleCompile() {
	expr, err := jsonata.Compile(`people[age >= 18]^(name).{"name": $uppercase(name), "age": age}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	input, err := jsonata.DecodeJSON([]byte(`{"people": [{"name": "Zoe", "age": 40}, {"name": "Kid", "age": 3}, {"name": "Ann", "age": 18}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := expr.Eval(context.Background(), input, jsonata.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, person := range result.([]any) {
		name, _ := person.(*jsonata.Object).Get("name")
		age, _ := person.(*jsonata.Object).Get("age")
		fmt.Println(name, age)
	}
	// Output:
	// ANN 18
	// ZOE 40
}

func ExampleError() {
	_, err := jsonata.Compile(`orders[total > ]`)
	var e *jsonata.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code, e.Position, e.Message)
	}
	// Output:
	// S0211 15 "]" cannot begin an expression
}
