package lint_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// checkLogo returns what is said, for Kissflow, of a logo in a file.
func checkLogo(t testing.TB, name string, logo []byte) []spec.Diagnostic {
	t.Helper()
	text := "name: Acme\nlogoUri: " + name + "\nauth: {type: bearer, baseUri: https://api.acme.example}\n"
	files := fstest.MapFS{"spec.yml": {Data: []byte(text)}, name: {Data: logo}}
	c, _, err := spec.Load(files, "spec.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, diagnostics := lint.Run(c, lint.Options{For: "kissflow", Files: files})
	var found []spec.Diagnostic
	for _, d := range diagnostics {
		if strings.Contains(d.Code, "logo") {
			found = append(found, d)
		}
	}
	return found
}

// encode writes a picture as PNG.
func encode(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// circle draws a disc on a clear background.
func circle(img interface{ Set(x, y int, c color.Color) }, side int, c color.Color) {
	for y := range side {
		for x := range side {
			if dx, dy := x-side/2, y-side/2; dx*dx+dy*dy < side*side/4 {
				img.Set(x, y, c)
			}
		}
	}
}

func TestLogoTransparency(t *testing.T) {
	const side = 256
	square := image.Rect(0, 0, side, side)
	blue := color.NRGBA{B: 200, A: 255}
	deep, wide, gray := image.NewNRGBA(square), image.NewNRGBA64(square), image.NewGray(square)
	circle(deep, side, blue)
	circle(wide, side, blue)
	faint := image.NewNRGBA(square)
	circle(faint, side, blue)
	for _, corner := range []image.Point{{0, 0}, {side - 1, 0}, {0, side - 1}, {side - 1, side - 1}} {
		faint.Set(corner.X, corner.Y, blue)
	}
	tests := []struct {
		name string
		img  image.Image
		want bool
	}{
		{"a disc on nothing", deep, true},
		{"a disc on nothing, 16 bits deep", wide, true},
		{"no alpha channel", gray, false},
		{"an alpha channel and all corners opaque", faint, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found := checkLogo(t, "logo.png", encode(t, test.img))
			if (len(found) == 0) != test.want {
				t.Errorf("transparent %v, want %v", found, test.want)
			}
		})
	}
}

// TestLogoTrueColour holds that a colour that a PNG names as transparent counts.
func TestLogoTrueColour(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 256, 256)) // black and opaque: encoded without alpha
	for i := range 256 * 256 {
		img.Pix[4*i+3] = 255
	}
	for y := 32; y < 224; y++ {
		for x := 32; x < 224; x++ {
			img.Set(x, y, color.NRGBA{R: 200, A: 255})
		}
	}
	data := encode(t, img)
	const afterHeader = 8 + 25
	marked := append(bytes.Clone(data[:afterHeader]), chunk("tRNS", make([]byte, 6))...)
	marked = append(marked, data[afterHeader:]...)
	if found := checkLogo(t, "logo.png", marked); len(found) > 0 {
		t.Errorf("black is transparent, and it says %v", found)
	}
	if found := checkLogo(t, "logo.png", data); len(found) != 1 {
		t.Errorf("of an opaque one it says %v", found)
	}
}

// chunk makes a part of a PNG.
func chunk(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// TestLogoBomb holds that a small file that claims to be a huge picture is not
// decoded.
func TestLogoBomb(t *testing.T) {
	header := binary.BigEndian.AppendUint32(nil, 100_000)
	header = binary.BigEndian.AppendUint32(header, 100_000)
	header = append(header, 8, 6, 0, 0, 0) // bits, with alpha
	data := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header)...)
	found := checkLogo(t, "logo.png", data)
	if len(found) != 1 || !strings.Contains(found[0].Message, "more than 16000000 pixels") {
		t.Errorf("it says %v", found)
	}
}

// FuzzLogo holds that the bytes of a logo, whatever they are, are looked at to
// the end, and that all that is said has its place in the spec.
func FuzzLogo(f *testing.F) {
	for _, name := range []string{"kissflow-logo-jpeg/images/logo.jpg", "kissflow-logo-lettering/logo.png", "kissflow-logo-damaged/logo.png"} {
		logo, err := os.ReadFile("../../testdata/specs/invalid/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(logo)
	}
	f.Add([]byte("<?xml version='1.0'?><svg/>"))
	f.Fuzz(func(t *testing.T, logo []byte) {
		for _, d := range checkLogo(t, "logo.png", logo) {
			if d.Line != 2 || d.Message == "" || d.Severity == spec.Error {
				t.Errorf("%+v", d)
			}
		}
	})
}
