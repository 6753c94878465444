package main

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// TestLogo wants the file of the example to be what is drawn here, pixel by pixel
// and not byte by byte, since encoders differ.
func TestLogo(t *testing.T) {
	t.Parallel()
	file, err := os.Open(filepath.Join("..", "..", "ledger", "logo.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	kept, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	drawn := draw()
	if kept.Bounds() != drawn.Bounds() {
		t.Fatalf("it is %v, and %v is drawn", kept.Bounds(), drawn.Bounds())
	}
	for y := range side {
		for x := range side {
			r, g, b, a := kept.At(x, y).RGBA()
			if dr, dg, db, da := drawn.At(x, y).RGBA(); r != dr || g != dg || b != db || a != da {
				t.Fatalf("another colour at %d, %d: go run ./examples/apis/logo > examples/ledger/logo.png", x, y)
			}
		}
	}
	if _, _, _, a := kept.At(0, 0).RGBA(); a != 0 {
		t.Error("the ground is not transparent")
	}
}
