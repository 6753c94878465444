package lint

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A logoLimit is what a platform takes as a logo.
type logoLimit struct {
	address     bool     // the address of a picture, no file
	formats     []string // any if there are none
	side        int      // the least width and height
	bytes       int64    // a logo has fewer; any number if it is 0
	transparent bool
	noLettering bool
}

// rasterFormats are the formats that platforms take.
var rasterFormats = []string{"PNG", "JPEG"}

// The bounds of what is decoded here.
const (
	maxLogoBytes  = 8 << 20
	maxLogoPixels = 16_000_000
)

var missingLogoFile = Rule{
	Code:     "missing-logo-file",
	Severity: spec.Warning,
	check: func(p *Pass) {
		name, ok := p.logoFile()
		if !ok {
			return
		}
		const hint = "a logo is the address of a picture, or a file in the connector's directory"
		full := path.Join(p.Connector.Root, name)
		if strings.ContainsAny(name, "\\\x00") || path.IsAbs(name) || !fs.ValidPath(path.Clean(name)) {
			p.ReportMeta("/logoUri", spec.AtValue(), fmt.Sprintf("logo %q lies outside of the connector's directory", name), hint)
			return
		}
		switch info, err := fs.Stat(p.Files, full); {
		case errors.Is(err, fs.ErrNotExist):
			p.ReportMeta("/logoUri", spec.AtValue(), fmt.Sprintf("logo %q does not exist", name), hint)
		case err != nil || !info.Mode().IsRegular():
			p.ReportMeta("/logoUri", spec.AtValue(), fmt.Sprintf("logo %q is no file that can be read", name), hint)
		}
	},
}

// logoFile returns the name of the file that is the logo; not ok if the logo is
// an address, there are no files, or they lie elsewhere, as those of the first
// generation do.
func (p *Pass) logoFile() (string, bool) {
	name := p.Connector.Meta.Get("logoUri").Text()
	if p.Files == nil || p.Connector.Generation == 1 || name == "" || strings.Contains(name, "://") || strings.HasPrefix(name, "data:") {
		return "", false
	}
	return name, true
}

// readLogo returns the bytes of the logo that is a file, at most limit of them,
// and how many it has; not ok if there is none.
func (p *Pass) readLogo(limit int64) (data []byte, size int64, ok bool) {
	name, ok := p.logoFile()
	full := path.Join(p.Connector.Root, name)
	if !ok || strings.ContainsAny(name, "\\\x00") || !fs.ValidPath(full) {
		return nil, 0, false
	}
	info, err := fs.Stat(p.Files, full)
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0, false
	}
	f, err := p.Files.Open(full)
	if err != nil {
		return nil, 0, false
	}
	defer f.Close()
	data, err = io.ReadAll(io.LimitReader(f, limit))
	return data, info.Size(), err == nil
}

var logoFormat = Rule{
	Code:     "logo-format",
	Severity: spec.Warning,
	check: func(p *Pass) {
		data, _, ok := p.readLogo(1024)
		if !ok {
			return
		}
		name := p.Connector.Meta.Get("logoUri").Text()
		format := pictureFormat(data)
		if format == "" {
			p.ReportMeta("/logoUri", spec.AtValue(), fmt.Sprintf("logo %q is no picture that browsers know", name), "save it as PNG, with a transparent background")
			return
		}
		suffix := strings.ToLower(path.Ext(name))
		if suffixes := formatSuffixes[format]; !slices.Contains(suffixes, suffix) {
			p.ReportMeta("/logoUri", spec.AtValue(), fmt.Sprintf("logo %q is %s, whatever its name says", name, format),
				fmt.Sprintf("rename the file so that it ends in %s", suffixes[0]))
		}
	},
}

// formatSuffixes are those of files of each format, the usual one first.
var formatSuffixes = map[string][]string{
	"PNG": {".png"}, "JPEG": {".jpg", ".jpeg"}, "GIF": {".gif"}, "WebP": {".webp"}, "SVG": {".svg"},
}

// pictureFormat returns the format of a picture by its first bytes; "" if it is
// none that browsers show.
func pictureFormat(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "PNG"
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "JPEG"
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return "GIF"
	case len(data) > 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return "WebP"
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<")) && bytes.Contains(data, []byte("<svg")):
		return "SVG"
	}
	return ""
}

var listingLogo = Rule{
	Code:     "listing-logo",
	Severity: spec.Warning,
	When:     WhenListed,
	check: func(p *Pass) {
		var limit logoLimit
		who := "a listing"
		if p.platform != nil {
			limit, who = p.platform.logo, p.platform.Title
		}
		name, ok := p.logoFile()
		if limit.address {
			if ok || strings.HasPrefix(p.Connector.Meta.Get("logoUri").Text(), "data:") {
				p.reportLogo(fmt.Sprintf("%s takes the address of a logo, not a file", who), "publish the picture, and write its https:// address")
			}
			return
		}
		data, size, ok := p.readLogo(maxLogoBytes)
		if !ok {
			return
		}
		if limit.bytes > 0 && size >= limit.bytes {
			p.reportLogo(fmt.Sprintf("logo %q has %d bytes, and %s takes fewer than %d", name, size, who, limit.bytes), "make it smaller, or save it with fewer colours")
		}
		format := pictureFormat(data)
		if format == "" {
			return // logo-format says so
		}
		if len(limit.formats) > 0 && !slices.Contains(limit.formats, format) {
			p.reportLogo(fmt.Sprintf("logo %q is %s, and %s takes PNG and JPEG", name, format, who), "save it as PNG, with a transparent background")
			return
		}
		if slices.Contains(rasterFormats, format) && size <= maxLogoBytes {
			p.picture(name, format, data, limit, who)
		}
	},
}

func (p *Pass) reportLogo(message, hint string) *spec.Diagnostic {
	return p.ReportMeta(formula.Pointer("logoUri"), spec.AtValue(), message, hint)
}

// picture checks what a logo looks like.
func (p *Pass) picture(name, format string, data []byte, limit logoLimit, who string) {
	config, decode, err := pictureConfig(format, data)
	if err != nil {
		p.reportLogo(fmt.Sprintf("logo %q is damaged: it cannot be read as %s", name, format), "save it anew")
		return
	}
	w, h := config.Width, config.Height
	if w != h {
		p.reportLogo(fmt.Sprintf("logo %q is %d pixels wide and %d high, but logos are square", name, w, h), "put it on a square canvas with a transparent background")
	}
	if limit.side > 0 && min(w, h) < limit.side {
		p.reportLogo(fmt.Sprintf("logo %q is %d by %d pixels, and %s wants at least %d by %d", name, w, h, who, limit.side, limit.side), "export it larger; from a vector drawing if there is one")
	}
	if !limit.transparent {
		return
	}
	if format == "JPEG" {
		p.reportLogo(fmt.Sprintf("logo %q is JPEG, which cannot be transparent, and %s wants a transparent background", name, who), "save it as PNG, with a transparent background")
		return
	}
	if h > 0 && w > maxLogoPixels/h {
		p.reportLogo(fmt.Sprintf("logo %q has more than %d pixels", name, maxLogoPixels), "export it smaller: 512 by 512 pixels are plenty")
		return
	}
	opaque := fmt.Sprintf("logo %q has no transparent background, and %s wants one", name, who)
	const hint = "remove the background, and save it as PNG with transparency"
	if !mayBeClear(config.ColorModel, data) {
		p.reportLogo(opaque, hint)
		return
	}
	img, err := decode(bytes.NewReader(data))
	if err != nil {
		p.reportLogo(fmt.Sprintf("logo %q is damaged: it cannot be read as %s", name, format), "save it anew")
		return
	}
	if !hasClearCorner(img) {
		p.reportLogo(opaque, hint)
	} else if drawn := drawnPart(img); limit.noLettering && drawn.Dy() > 0 && 2*drawn.Dx() >= 5*drawn.Dy() {
		d := p.reportLogo(fmt.Sprintf("what logo %q shows is much wider than high, as when the application's name is part of it", name),
			fmt.Sprintf("%s wants the sign alone, without the name", who))
		d.Severity = spec.Info
	}
}

// pictureConfig returns the size and the colours of a picture, and what decodes
// it.
func pictureConfig(format string, data []byte) (image.Config, func(io.Reader) (image.Image, error), error) {
	if format == "JPEG" {
		config, err := jpeg.DecodeConfig(bytes.NewReader(data))
		return config, jpeg.Decode, err
	}
	config, err := png.DecodeConfig(bytes.NewReader(data))
	return config, png.Decode, err
}

// mayBeClear tells whether a PNG can have transparent parts: its pixels have a
// fourth channel, or it names a transparent colour.
func mayBeClear(m color.Model, data []byte) bool {
	return m == color.NRGBAModel || m == color.NRGBA64Model || bytes.Contains(data, []byte("tRNS"))
}

// clearness returns what tells whether one sees through a pixel of a picture.
func clearness(img image.Image) func(x, y int) bool {
	isClear := func(c color.Color) bool {
		_, _, _, alpha := c.RGBA()
		return alpha < 0x8000
	}
	switch img := img.(type) {
	case *image.NRGBA:
		return func(x, y int) bool { return img.Pix[img.PixOffset(x, y)+3] < 0x80 }
	case *image.NRGBA64:
		return func(x, y int) bool { return img.Pix[img.PixOffset(x, y)+6] < 0x80 }
	case *image.Paletted:
		var isClearAt [256]bool
		for i, c := range img.Palette {
			isClearAt[i] = isClear(c)
		}
		return func(x, y int) bool { return isClearAt[img.ColorIndexAt(x, y)] }
	}
	return func(x, y int) bool { return isClear(img.At(x, y)) }
}

// hasClearCorner tells whether one sees the background at a corner of a picture.
func hasClearCorner(img image.Image) bool {
	b, isClear := img.Bounds(), clearness(img)
	for _, at := range []image.Point{b.Min, {b.Max.X - 1, b.Min.Y}, {b.Min.X, b.Max.Y - 1}, {b.Max.X - 1, b.Max.Y - 1}} {
		if isClear(at.X, at.Y) {
			return true
		}
	}
	return false
}

// drawnPart returns the smallest rectangle that holds all that is drawn.
func drawnPart(img image.Image) image.Rectangle {
	var drawn image.Rectangle
	b, isClear := img.Bounds(), clearness(img)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		first, last := b.Max.X, b.Min.X-1
		for x := b.Min.X; x < b.Max.X; x++ {
			if !isClear(x, y) {
				first, last = min(first, x), x
			}
		}
		if last >= first {
			drawn = drawn.Union(image.Rect(first, y, last+1, y+1))
		}
	}
	return drawn
}
