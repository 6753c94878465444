// Logo draws the logo of the example ledger, which is a mark of nobody's: a page
// of an account book. It writes a square PNG with a transparent ground:
//
//	go run ./examples/apis/logo > examples/ledger/logo.png
package main

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
)

// side is the width and the height, in pixels.
const side = 512

func main() {
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(os.Stdout, draw()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A shape is a rectangle with round corners, in the unit square, and its colour.
type shape struct {
	left, top, right, bottom, radius float64
	color                            color.NRGBA
}

var (
	green = color.NRGBA{0x1f, 0x6f, 0x54, 0xff}
	paper = color.NRGBA{0xf4, 0xef, 0xe0, 0xff}
	red   = color.NRGBA{0xb5, 0x3a, 0x2b, 0xff}
)

// shapes are the picture, from the back to the front: a cover, a page, its lines,
// and the rule between the text and the amounts.
func shapes() []shape {
	list := []shape{
		{0.12, 0.06, 0.88, 0.94, 0.09, green},
		{0.22, 0.13, 0.82, 0.87, 0.03, paper},
	}
	for i := range 5 {
		top := 0.24 + 0.12*float64(i)
		list = append(list, shape{0.27, top, 0.56, top + 0.035, 0.017, green}, shape{0.66, top, 0.77, top + 0.035, 0.017, green})
	}
	return append(list, shape{0.602, 0.13, 0.618, 0.87, 0, red})
}

// draw returns the picture, with smooth edges.
func draw() *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(0, 0, side, side))
	for _, s := range shapes() {
		for y := range side {
			for x := range side {
				if a := s.covers(x, y); a > 0 {
					picture.SetNRGBA(x, y, over(s.color, a, picture.NRGBAAt(x, y)))
				}
			}
		}
	}
	return picture
}

// covers tells how much of a pixel is inside of the shape.
func (s shape) covers(x, y int) float64 {
	px, py := (float64(x)+0.5)/side, (float64(y)+0.5)/side
	dx := max(s.left+s.radius-px, px-s.right+s.radius)
	dy := max(s.top+s.radius-py, py-s.bottom+s.radius)
	distance := min(max(dx, dy), 0) + math.Hypot(max(dx, 0), max(dy, 0)) - s.radius
	return min(max(0.5-distance*side, 0), 1)
}

// over lays a colour upon another one.
func over(top color.NRGBA, alpha float64, below color.NRGBA) color.NRGBA {
	under := float64(below.A) / 255 * (1 - alpha)
	all := alpha + under
	mix := func(a, b uint8) uint8 { return uint8(math.Round((float64(a)*alpha + float64(b)*under) / all)) }
	return color.NRGBA{mix(top.R, below.R), mix(top.G, below.G), mix(top.B, below.B), uint8(math.Round(all * 255))}
}
