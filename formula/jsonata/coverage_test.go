package jsonata_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula/jsonata"
)

// pictureErrors are pictures of numbers that $formatNumber refuses.
var pictureErrors = map[string]string{
	"0.0.0": "D3081", "0%%": "D3082", "0‰‰": "D3083", "0%‰": "D3084", ".": "D3085", "0x0": "D3086",
	"0,.0": "D3087", "0,": "D3088", "0,,0": "D3089", "0#": "D3090", "0.#0": "D3091", "0e0%": "D3092", "0e#0": "D3093",
}

func TestPictureErrors(t *testing.T) {
	t.Parallel()
	for picture, want := range pictureErrors {
		_, err := evaluate(t.Context(), `$formatNumber(1, "`+picture+`")`, nil, jsonata.Options{})
		if err == nil || !strings.HasPrefix(err.Error(), want+": ") {
			t.Errorf("%s: got %v, want %s", picture, err, want)
		}
	}
}

// TestEveryCodeIsTested keeps the tables above complete.
func TestEveryCodeIsTested(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{
		jsonata.CodeTooMuchWork: true, jsonata.CodeTooMuchData: true, // TestBombs
		jsonata.CodeInterrupted: true, jsonata.CodeExprTooLarge: true, // TestContextEndsEvaluation, TestSourceIsBounded
	}
	for _, c := range errorCases {
		tested[c.want.Code] = true
	}
	for _, code := range pictureErrors {
		tested[code] = true
	}
	for _, code := range jsonata.Codes() {
		if !tested[code] {
			t.Errorf("no case for %s", code)
		}
		delete(tested, code)
	}
	for code := range tested {
		t.Errorf("%s has no message", code)
	}
}

func TestEveryFunctionIsTested(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, cases := range [][]evalCase{pathCases, bindingCases, functionCases, textCases, numberCases, dateCases, objectCases} {
		for _, c := range cases {
			all.WriteString(c.expr + "\n")
		}
	}
	for _, c := range errorCases {
		all.WriteString(c.expr + "\n")
	}
	for _, name := range jsonata.LibraryNames() {
		if !strings.Contains(all.String(), "$"+name) {
			t.Errorf("no case calls $%s", name)
		}
	}
	if n := len(jsonata.LibraryNames()); n != 65 || !slices.Contains(jsonata.LibraryNames(), "sum") {
		t.Errorf("%d functions, want the 65 of JSONata 1.8", n)
	}
}
