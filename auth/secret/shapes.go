package secret

// A shape is how the tokens of one issuer look: a prefix, then at least min
// and at most max characters of an alphabet (max 0: no limit).
type shape struct {
	kind     string
	prefix   string
	alphabet func(byte) bool
	min, max int
}

// shapes lists the token shapes that their issuers document, or that anyone
// can see in their answers.
var shapes = []shape{
	{"age-key", "AGE-SECRET-KEY-1", isAlnum, 58, 58},
	{"anthropic-key", "sk-ant-", isWord, 32, 0},
	{"atlassian-token", "ATATT3", isTokenChar, 60, 0},
	{"aws-access-key", "AKIA", isUpperDigit, 16, 16},
	{"aws-access-key", "ASIA", isUpperDigit, 16, 16},
	{"contentful-token", "CFPAT-", isWord, 40, 0},
	{"databricks-token", "dapi", isHex, 32, 34},
	{"digitalocean-token", "doo_v1_", isHex, 64, 64},
	{"digitalocean-token", "dop_v1_", isHex, 64, 64},
	{"digitalocean-token", "dor_v1_", isHex, 64, 64},
	{"doppler-token", "dp.pt.", isAlnum, 40, 44},
	{"dropbox-token", "sl.", isWord, 100, 0},
	{"facebook-token", "EAA", isAlnum, 80, 0},
	{"figma-token", "figd_", isWord, 36, 0},
	{"github-token", "ghp_", isAlnum, 36, 0},
	{"github-token", "gho_", isAlnum, 36, 0},
	{"github-token", "ghu_", isAlnum, 36, 0},
	{"github-token", "ghs_", isAlnum, 36, 0},
	{"github-token", "ghr_", isAlnum, 36, 0},
	{"github-token", "github_pat_", isWord, 50, 0},
	{"gitlab-token", "glpat-", isWord, 20, 0},
	{"gitlab-token", "gldt-", isWord, 20, 0},
	{"google-api-key", "AIza", isWord, 35, 35},
	{"google-client-secret", "GOCSPX-", isWord, 24, 0},
	{"google-token", "ya29.", isWord, 20, 0},
	{"google-refresh-token", "1//0", isWord, 30, 0},
	{"hubspot-token", "pat-na1-", isWord, 36, 36},
	{"hubspot-token", "pat-eu1-", isWord, 36, 36},
	{"huggingface-token", "hf_", isAlnum, 30, 0},
	{"linear-key", "lin_api_", isAlnum, 32, 0},
	{"mailgun-key", "key-", isHex, 32, 32},
	{"newrelic-key", "NRAK-", isUpperDigit, 27, 27},
	{"notion-token", "ntn_", isAlnum, 40, 0},
	{"notion-token", "secret_", isAlnum, 43, 43},
	{"npm-token", "npm_", isAlnum, 36, 36},
	{"openai-key", "sk-", isWord, 32, 0},
	{"postman-key", "PMAK-", isWord, 50, 0},
	{"pypi-token", "pypi-AgEI", isWord, 50, 0},
	{"rubygems-key", "rubygems_", isHex, 48, 48},
	{"sendgrid-key", "SG.", isTokenChar, 60, 70},
	{"shopify-token", "shpat_", isHex, 32, 32},
	{"shopify-token", "shpca_", isHex, 32, 32},
	{"shopify-token", "shppa_", isHex, 32, 32},
	{"shopify-token", "shpss_", isHex, 32, 32},
	{"slack-token", "xapp-", isWord, 20, 0},
	{"slack-token", "xoxa-", isWord, 10, 0},
	{"slack-token", "xoxb-", isWord, 10, 0},
	{"slack-token", "xoxe.", isTokenChar, 10, 0},
	{"slack-token", "xoxp-", isWord, 10, 0},
	{"slack-token", "xoxr-", isWord, 10, 0},
	{"slack-token", "xoxs-", isWord, 10, 0},
	{"square-token", "sq0atp-", isWord, 22, 0},
	{"square-token", "sq0csp-", isWord, 40, 0},
	{"stripe-key", "rk_live_", isAlnum, 16, 0},
	{"stripe-key", "rk_test_", isAlnum, 16, 0},
	{"stripe-key", "sk_live_", isAlnum, 16, 0},
	{"stripe-key", "sk_test_", isAlnum, 16, 0},
	{"stripe-key", "whsec_", isAlnum, 24, 0},
	{"twilio-key", "SK", isHex, 32, 32},
	{"vault-token", "hvb.", isWord, 24, 0},
	{"vault-token", "hvs.", isWord, 24, 0},
}

// shapesBy lists the shapes by the first byte of their prefix.
var shapesBy = func() (by [256][]*shape) {
	for i := range shapes {
		first := shapes[i].prefix[0]
		by[first] = append(by[first], &shapes[i])
	}
	return by
}()

// IsIssued tells whether look-alikes of a kind come from an issuer, or are private
// keys or passwords of URLs: such a text is no digest or signature of another.
func IsIssued(kind string) bool {
	if kind == "private-key" || kind == "url-password" {
		return true
	}
	for i := range shapes {
		if shapes[i].kind == kind {
			return true
		}
	}
	return false
}

// secretFields are the names of JSON and form fields whose value is a
// credential whatever it looks like, in lower case without separators.
var secretFields = map[string]bool{
	"accesstoken": true, "apikey": true, "apisecret": true, "apitoken": true,
	"authtoken": true, "authorization": true, "clientsecret": true, "codeverifier": true,
	"idtoken": true, "oauthtoken": true, "oauthtokensecret": true, "passwd": true,
	"password": true, "privatekey": true, "refreshtoken": true, "secret": true,
	"secretaccesskey": true, "secretkey": true, "sessionid": true, "sessiontoken": true,
	"signingsecret": true, "token": true, "tokensecret": true,
}

// of gives the end of a token of this shape at text[i:], or 0.
func (s *shape) of(text string, i int) int {
	end := i + len(s.prefix)
	if end > len(text) || text[i:end] != s.prefix {
		return 0
	}
	body := end
	for end < len(text) && s.alphabet(text[end]) {
		end++
	}
	if n := end - body; n < s.min || s.max > 0 && n > s.max {
		return 0
	}
	return end
}

func isDigit(c byte) bool      { return '0' <= c && c <= '9' }
func isUpper(c byte) bool      { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool      { return 'a' <= c && c <= 'z' }
func isLetter(c byte) bool     { return isUpper(c) || isLower(c) }
func isAlnum(c byte) bool      { return isDigit(c) || isLetter(c) }
func isWord(c byte) bool       { return isAlnum(c) || c == '_' || c == '-' }
func isUpperDigit(c byte) bool { return isDigit(c) || isUpper(c) }
func isHex(c byte) bool        { _, ok := unhex(c); return ok }
func isTokenChar(c byte) bool  { return isWord(c) || c == '.' || c == '=' }
func isRunChar(c byte) bool    { return isWord(c) || c == '+' || c == '/' }
