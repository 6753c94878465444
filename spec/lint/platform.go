package lint

import "slices"

// A platform lists connectors, and has limits of its own. What it knows of
// authentication is less than what a spec can say.
type platform struct {
	Name  string // as --for takes it
	Title string // as people call it

	// needs are the fields without which a connector is not listed.
	needs []string
	// name, key, description and title limit texts: title those of inputs and
	// scopes.
	name, key, description, title textLimit
	logo                          logoLimit
	// oauth checks what the platform wants of an OAuth configuration; nil if it
	// wants nothing special.
	oauth func(*Pass, Checked)
	// portable reports what of the spec the platform cannot carry.
	portable func(*Pass)
}

// platforms lists the platforms.
var platforms = []*platform{
	{
		Name: "membrane", Title: "Membrane",
		needs:    []string{"key", "name"},
		logo:     logoLimit{address: true},
		portable: portableToMembrane,
	},
	{
		Name: "kissflow", Title: "Kissflow",
		needs:       []string{"name", "description", "homepageUri", "logoUri", "categories", "audience"},
		description: textLimit{most: 60},
		logo:        logoLimit{formats: rasterFormats, side: 256, transparent: true, noLettering: true},
		portable:    portableToKissflow,
	},
	{
		Name: "zoho", Title: "Zoho Creator",
		needs:       []string{"key", "name"},
		name:        textLimit{most: 50, first: letterDigitUnderscore, signs: zohoTitleSigns},
		key:         textLimit{most: 50, first: asciiLetter, signs: "_", ascii: true},
		description: textLimit{most: 255, signs: `,.()-_*@/\!:|~&`},
		title:       textLimit{first: letterDigit, signs: zohoTitleSigns},
		logo:        logoLimit{formats: rasterFormats, bytes: 1_000_000},
		oauth:       zohoOAuth,
		portable:    portableToZoho,
	},
}

// zohoTitleSigns are the signs that names may have in Zoho Creator.
const zohoTitleSigns = `*_-@/!:|&~\+`

// PlatformNames lists the names of the platforms, as --for takes them.
func PlatformNames() []string {
	var names []string
	for _, p := range platforms {
		names = append(names, p.Name)
	}
	return names
}

// findPlatform returns the platform of a name, nil if there is none.
func findPlatform(name string) *platform {
	i := slices.IndexFunc(platforms, func(p *platform) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return platforms[i]
}
