package lint

import "github.com/connector-spec/connector/spec"

// A Rule is one opinion about specs that are valid.
type Rule struct {
	Code     string
	Severity spec.Severity // unless a configuration says another
	When     When
	// Whole says that the rule speaks of what is missing or unused, of which
	// nobody is sure until all the rest is right: it is silent beside errors.
	Whole bool
	check func(*Pass)
}

// A When says which specs a rule is for.
type When uint8

// The specs that rules are for.
const (
	Always      When = iota
	WhenListed       // those that are ready for a listing, or checked for a platform
	ForPlatform      // those that are checked for a platform
)

// applies tells whether the rule is for a spec that is ready for a listing or
// not, checked for a platform or for none.
func (r *Rule) applies(platform string, ready bool) bool {
	switch r.When {
	case WhenListed:
		return ready || platform != ""
	case ForPlatform:
		return platform != ""
	}
	return true
}

// Rules lists the opinions.
func Rules() []Rule { return rules }

// rules lists the opinions: one rule, one file, one line here.
var rules = []Rule{
	// Security.
	secretInSpec,
	placeholderCredential,
	unmarkedSecret,
	secretInURL,
	tokenInQuery,
	secretInLabel,
	insecureURL,
	maybeInsecureURL,
	insecureLink,
	lookalikeHost,
	changeableHost,
	unanchoredPattern,
	wideOrigins,
	weakPKCE,
	implicitGrant,
	passwordGrant,
	twoClientAuthentications,
	reservedParameter,
	repeatedParameter,
	basicBesideBetter,
	weakSignature,
	unsignedToken,

	// Correctness.
	foreignTemplate,
	unknownRequired,
	unknownEnvironmentParameter,
	wrongEnvironmentValue,
	nothingEnabled,
	missingTest,
	unreadAnswer,
	changingTest,
	credentialNotSent,
	twoAuthorizations,
	badHeader,
	repeatedHeader,
	missingBlank,
	unencodedBasic,
	bodyWithGet,
	unusedPathParameter,
	oddBase,
	repeatedBase,
	doubledPath,
	repeatedLiteral,
	sameEndpoint,
	noScopes,
	joinedScopes,
	repeatedScope,
	missingOfflineAccess,
	noRefresh,
	unusedRefresh,
	needlessRefresh,
	bareTokenRequest,
	refreshLosesToken,
	oddLifetime,
	constantLabel,
	sameVariableName,
	unusedInput,
	unusedParameter,
	untypedOverride,
	doubtfulKeyword,
	badDefault,
	missingColon,

	// People.
	missingTitle,
	missingDescription,
	missingHelpLink,
	unclearTitle,
	markupInTitle,
	relativeLink,
	missingLogoFile,
	logoFormat,

	// Listings and portability.
	missingListingField,
	readyChanged,
	listingName,
	listingKey,
	listingDescription,
	listingTitle,
	listingLogo,
	listingOAuth,
	notPortable,
}

// FindRule returns the rule of a code, nil if there is none.
func FindRule(code string) *Rule {
	for i := range rules {
		if rules[i].Code == code {
			return &rules[i]
		}
	}
	return nil
}
